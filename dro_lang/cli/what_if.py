"""The options that say what is assumed of the world."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import fields, frozen

from dro_lang.cli.output import Exit, Misuse, colored, say
from dro_lang.cli.sources import read
from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.places import summary
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.program.model import Plan
from dro_lang.program.tests import TestLine
from dro_lang.runtime.simulation import reading
from dro_lang.runtime.simulation.assumptions import USUAL, Answer, Assumptions, Ending, known_subjects
from dro_lang.runtime.simulation.script import read_script

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@frozen
class Said:
    """What was said of the world, as it was written, by option."""

    seed: int
    takes: tuple[str, ...]
    fail_rate: tuple[str, ...]
    outcome: tuple[str, ...]
    result: tuple[str, ...]
    offline: tuple[str, ...]
    script: Path | None

    def assumptions(self, blueprint: Blueprint, script: tuple[TestLine, ...]) -> Assumptions:
        """What is assumed of the world of a plan. Raises Misuse for what says nothing, or something of no step."""
        rates = _each("--fail-rate", self.fail_rate, lambda said: reading.fail_rate(said, blueprint))
        endings: dict[str, list[Ending]] = {}
        for step, ending in _each("--outcome", self.outcome, lambda said: reading.ending(said, blueprint)):
            endings.setdefault(step, []).append(ending)
        answers: dict[str, dict[str, list[Answer]]] = {}
        for step, name, answer in _each("--result", self.result, lambda said: reading.answer(said, blueprint)):
            answers.setdefault(step, {}).setdefault(name, []).append(answer)
        for step, ends in endings.items():
            _fits("--outcome", step, [end.share for end in ends])
        for step, results in answers.items():
            for name, given in results.items():
                _fits("--result", f"{step}.{name}", [answer.share for answer in given])
        return Assumptions(
            self.seed,
            dict(_each("--takes", self.takes, lambda said: reading.takes(said, blueprint))),
            {subject: rate for subjects, rate in rates for subject in subjects},
            {step: tuple(ends) for step, ends in endings.items()},
            {step: {name: tuple(given) for name, given in results.items()} for step, results in answers.items()},
            tuple(_each("--offline", self.offline, lambda said: reading.outage(said, blueprint))),
            script,
        )

    def lines(self, file: Path, plan: Plan, color: str) -> tuple[TestLine, ...] | Exit:
        """The lines of the script, if there is one; the exit code where something is wrong with it, which has been
        told. Raises Misuse for a script that cannot be one."""
        if self.script is None:
            return ()
        script, source = read(self.script), read(file)
        try:
            if isinstance(script, Diagnostic) or isinstance(source, Diagnostic):
                found: tuple[TestLine | Diagnostic, ...] = tuple(
                    each for each in (script, source) if isinstance(each, Diagnostic)
                )
            else:
                found = read_script(script, source, file, plan.name)
        except ValueError as error:
            raise Misuse(f"--script `{self.script}`: {error}") from None
        findings = [each for each in found if isinstance(each, Diagnostic)]
        if findings:
            say(text.render(findings, colored(sys.stderr, color)) + summary(findings))
            return Exit.PROBLEMS
        return tuple(each for each in found if not isinstance(each, Diagnostic))

    def told(self, blueprint: Blueprint) -> Iterator[str]:
        """What is assumed, the usual included, in the words of the options."""
        named = {said.partition("=")[0].strip() for said in self.takes}
        known = known_subjects(blueprint)
        for subject, delay in USUAL.items():
            if subject not in named and known.get(subject):
                yield f"takes {subject}={reading.written(delay)}"
        options = ("takes", "fail_rate", "outcome", "result", "offline")
        for option in options:
            yield from (f"{option.replace('_', '-')} {said}" for said in getattr(self, option))
        if self.script is not None:
            yield f"script {self.script}"


def what_if_options(command: F) -> F:
    """`--seed` and the options of assumptions, given to the command together as `said`."""

    @wraps(command)
    def with_said(**given: Any) -> Any:
        said = Said(*(given.pop(each.name) for each in fields(Said)))
        return command(said=said, **given)

    wrapped: Any = with_said
    for option in reversed(
        (
            click.option(
                "--seed", type=int, default=0, show_default=True, help="Another seed gives another course of chance."
            ),
            click.option(
                "--takes",
                multiple=True,
                metavar="WHO=TIME",
                help="How long people, callouts, automations or operators take, or a step, a queue, an action, an "
                "integration: `2h`, `1d..3d`, `about 1 day`, `2 business days`, `never`.",
            ),
            click.option(
                "--fail-rate",
                multiple=True,
                metavar="[WHAT=]RATE[:CODE]",
                help="How many attempts fail, of everything or of an action, an integration, a step: `5%`.",
            ),
            click.option(
                "--outcome",
                multiple=True,
                metavar="STEP=END[@SHARE]",
                help="How a step ends, in all plans or a share of them: completed, failed, failed:CODE, expired, open.",
            ),
            click.option(
                "--result",
                multiple=True,
                metavar="STEP.NAME=VALUE[@SHARE]",
                help="What a step gives, in all plans or a share of them.",
            ),
            click.option(
                "--offline",
                multiple=True,
                metavar="NAME[:FROM..TO]",
                help="An integration is offline, all the time or between two dates.",
            ),
            click.option(
                "--script",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="What is done to every plan, and when: lines as in a test.",
            ),
        )
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _each(option: str, texts: Iterable[str], reader: Callable[[str], T]) -> Iterator[T]:
    for said in texts:
        try:
            yield reader(said)
        except ValueError as error:
            raise Misuse(f"{option} `{said}`: {error}") from None


def _fits(option: str, name: str, shares: list[float]) -> None:
    try:
        reading.shares_fit(name, shares)
    except ValueError as error:
        raise Misuse(f"{option}: {error}") from None
