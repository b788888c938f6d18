"""All that a plan promises, each with its verdict: proved, refuted with a record, or not proved."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations

from attrs import evolve, frozen

from dro_lang.analysis.claims.assumed import Assumed, StepAt
from dro_lang.analysis.reach import Reach, Runs, only_order
from dro_lang.analysis.schedules import Late, Passed, Unlimited, duration_text, examine_timing, moment_text
from dro_lang.analysis.selection import apart_by_writing
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Answer, Example, NotKnown, Prover
from dro_lang.analysis.waits import Bypass, Endless, Kept, Open, promised_waits
from dro_lang.conditions.matching import matching
from dro_lang.conditions.normal import all_of, complement
from dro_lang.program.model import Plan, Policy, Program, Step


class Topic(StrEnum):
    SELECTION = "scenarios"
    WAITS = "waits"
    STEPS = "steps"
    TIME = "time"


class Verdict(StrEnum):
    PROVED = "proved"
    REFUTED = "refuted"
    NOT_PROVED = "not proved"
    NOTE = "note"
    """Something worth knowing that is no promise."""


@frozen
class Promise:
    """What is promised, as a sentence, and what became of it. `why` says more; `example` is the record that refutes the
    promise, or that shows it where that takes one. `spent` are the tests that an unsuccessful search looked at."""

    topic: Topic
    text: str
    verdict: Verdict
    why: str = ""
    example: Example | None = None
    spent: int | None = None


def promises(program: Program, plan: Plan) -> Iterator[Promise]:
    """Every promise of a plan, in order of topics."""
    yield from _selection(program, plan)
    yield from _waits(program, plan)
    yield from _steps(program, plan)
    yield from _time(program, plan)


def _selection(program: Program, plan: Plan) -> Iterator[Promise]:
    matches = matching(plan)
    others = {name: complement(formula) for name, formula in matches.items()}
    prover = Prover.of((*matches.values(), *others.values()), Records(program, plan))
    names = list(matches)
    for place, name in enumerate(names):
        earlier = names[:place] if plan.policy is Policy.FIRST_MATCHING else []
        answer = prover.satisfy(matches[name], *(others[each] for each in earlier))
        yield _possible(f"some record gets `{name}`", answer)
    if plan.policy is Policy.EXACTLY_ONE:
        for first, second in combinations(plan.scenarios, 2):
            text = f"`{first.name}` and `{second.name}` never match one record"
            if apart_by_writing(first, second):
                yield Promise(Topic.SELECTION, text, Verdict.PROVED, "by `unless` or `otherwise`")
            else:
                yield _impossible(text, prover.satisfy(matches[first.name], matches[second.name]))
    text = "every record gets a scenario"
    if any(scenario.otherwise for scenario in plan.scenarios):
        yield Promise(Topic.SELECTION, text, Verdict.PROVED, "by `otherwise`")
        return
    covered = _impossible(text, prover.satisfy(*others.values()))
    if covered.verdict is Verdict.REFUTED and plan.policy is not Policy.EXACTLY_ONE:
        # Only a plan that takes exactly one scenario promises one for every record.
        yield evolve(covered, text="some records get no scenario, and are rejected", verdict=Verdict.NOTE)
    else:
        yield covered


def _possible(text: str, answer: Answer) -> Promise:
    match answer:
        case Example():
            return Promise(Topic.SELECTION, text, Verdict.PROVED, "this one does", answer)
        case NotKnown(spent):
            return Promise(Topic.SELECTION, text, Verdict.NOT_PROVED, spent=spent)
    return Promise(Topic.SELECTION, text, Verdict.REFUTED, "no record does")


def _impossible(text: str, answer: Answer) -> Promise:
    match answer:
        case Example():
            return Promise(Topic.SELECTION, text, Verdict.REFUTED, example=answer)
        case NotKnown(spent):
            return Promise(Topic.SELECTION, text, Verdict.NOT_PROVED, spent=spent)
    return Promise(Topic.SELECTION, text, Verdict.PROVED)


_AS_CHOSEN = "as long as the data stay as they were when the scenario was chosen"


def _waits(program: Program, plan: Plan) -> Iterator[Promise]:
    for found in promised_waits(program, plan):
        path = f"`{found.instance}.{found.step}`"
        position = getattr(found, "position", None)
        text = f"in `{found.scenario}`: pause {path} ends"
        if position is not None:
            join = _step(program, found.group, found.step).join
            assert join is not None
            awaited = join.waits[position]
            target = f"{awaited.group}.{awaited.step}" if awaited.group else awaited.step
            text = f"in `{found.scenario}`: the wait of {path} for `{target}` to be completed can be met"
        match found:
            case Bypass(way=way, example=example):
                yield Promise(Topic.WAITS, text, Verdict.REFUTED, way, example)
            case Endless(example=example):
                yield Promise(Topic.WAITS, text, Verdict.REFUTED, "not unless somebody changes the data", example)
            case Open(spent=spent):
                yield Promise(Topic.WAITS, text, Verdict.NOT_PROVED, spent=spent)
            case Kept(as_chosen=as_chosen):
                yield Promise(Topic.WAITS, text, Verdict.PROVED, _AS_CHOSEN if as_chosen else "")


def _step(program: Program, group: str, name: str) -> Step:
    found = program.groups[group].step(name)
    assert found is not None
    return found


def _steps(program: Program, plan: Plan) -> Iterator[Promise]:
    assumed = Assumed(program, plan)
    reach, runs = Reach(assumed), Runs(assumed)
    for home in assumed.homes:
        for step in program.groups[home.call.group].steps:
            at = StepAt(home, step)
            text = f"in `{home.scenario.name}`: `{at.path}` can run"
            why = reach.unreachable(at)
            if why is not None:
                yield Promise(Topic.STEPS, text, Verdict.REFUTED, why)
                continue
            answer = assumed.satisfy(all_of((assumed.applies[home.scenario.name], runs.formula(at))))
            match answer:
                case Example():
                    yield Promise(Topic.STEPS, text, Verdict.PROVED, "with this record it does", answer)
                case NotKnown(spent):
                    yield Promise(Topic.STEPS, text, Verdict.NOT_PROVED, spent=spent)
                case _:
                    yield Promise(
                        Topic.STEPS,
                        text,
                        Verdict.NOT_PROVED,
                        "what it waits for depends on more than the data with which a plan begins",
                    )
    for scenario in plan.scenarios:
        order = only_order(assumed, scenario.name)
        if len(order) > 1:
            text = (
                f"the steps of `{scenario.name}` can run in one order only: {', '.join(f'`{each}`' for each in order)}"
            )
            yield Promise(Topic.STEPS, text, Verdict.NOTE)


def _time(program: Program, plan: Plan) -> Iterator[Promise]:
    for found in examine_timing(program, plan):
        path = f"`{found.instance}.{found.step}`"
        if isinstance(found, Passed):
            text = f"in `{found.scenario}`: what {path} waits for can be done by {moment_text(found.own)}"
            why = f"`{found.awaited}` is not done before {moment_text(found.other)}"
            yield Promise(Topic.TIME, text, Verdict.REFUTED, why)
            continue
        text = f"in `{found.scenario}`: {path} is reached by {moment_text(found.limit)} where every step is on time"
        if isinstance(found, Late):
            steps = ", ".join(f"`{each}`" for each in found.path)
            time = f"{duration_text(found.taken)}, and there are {duration_text(found.room)}"
            why = f"from {moment_text(found.begins)} on, {steps} may take {time}"
            yield Promise(Topic.TIME, text, Verdict.REFUTED, why, found.example)
        elif isinstance(found, Unlimited):
            steps = ", ".join(f"`{each}`" for each in found.steps)
            yield Promise(
                Topic.TIME, text, Verdict.NOT_PROVED, f"nothing says for sure how long these may take: {steps}"
            )
        else:
            yield Promise(Topic.TIME, text, Verdict.PROVED, "if the plan begins before the first of them is to start")
