"""What the analyses found, as diagnostics at the places of the text that they are about."""

from collections.abc import Iterator

from dro_lang.analysis.given import value_text
from dro_lang.analysis.idle import idle_conditions
from dro_lang.analysis.schedules import Late, Passed, duration_text, examine_timing, moment_text
from dro_lang.analysis.selection import Dead, Gap, Overlap, Unproved, examine
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example
from dro_lang.analysis.waits import Bypass, Endless, examine_waits
from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Value
from dro_lang.semantics.modules import World
from dro_lang.source import Span
from dro_lang.syntax import ast

MOST_OVERLAPS = 50
"""Pairs of scenarios that apply to the same records, of one plan, that are told."""


def analyse(world: World, program: Program) -> list[Diagnostic]:
    """Prove what can be proved of the plans of a program without errors, and report the rest."""
    found = [
        diagnostic
        for declaration in world.entry.tree.declarations
        if isinstance(declaration, ast.Plan)
        for diagnostic in _Reporter(world, program, program.plans[declaration.name.text], declaration).report()
    ]
    return [*found, *idle_conditions(world, program)]


class _Reporter:
    def __init__(self, world: World, program: Program, plan: Plan, tree: ast.Plan) -> None:
        self._world = world
        self._program = program
        self._plan = plan
        self._tree = tree
        self._records = Records(program, plan)

    def report(self) -> Iterator[Diagnostic]:
        unproved: list[Unproved] = []
        overlaps = 0
        for finding in examine(self._program, self._plan, MOST_OVERLAPS):
            match finding:
                case Overlap():
                    overlaps += 1
                    yield self._overlap(finding, overlaps == MOST_OVERLAPS)
                case Gap(example):
                    yield self._gap(example)
                case Dead():
                    yield self._dead(finding)
                case Unproved():
                    unproved.append(finding)
        if unproved:
            yield self._unproved(unproved)
        for found in examine_waits(self._program, self._plan):
            yield self._bypass(found) if isinstance(found, Bypass) else self._endless(found)
        told: set[tuple[str, str]] = set()
        for timing in examine_timing(self._program, self._plan):
            if isinstance(timing, Late | Passed) and (timing.group, timing.step) not in told:
                told.add((timing.group, timing.step))
                yield self._late(timing) if isinstance(timing, Late) else self._passed(timing)

    def _overlap(self, finding: Overlap, is_last: bool) -> Diagnostic:
        more = f"there may be more: no further pairs were looked at after {MOST_OVERLAPS} that overlap"
        scenarios = [self._scenario(name) for name in (finding.first, finding.second)]
        whole = next((each.name.text for each in scenarios if not (each.when or each.unless)), None)
        help = f"write `unless {finding.first}` in `{finding.second}`, or narrow one of the conditions"
        if whole is not None:
            help = f"say with `when` where `{whole}` applies: without a condition it does everywhere"
        return diagnose(
            "E0701",
            self._scenario(finding.second).name.span,
            f"`{finding.first}` and `{finding.second}` apply to the same records",
            (self._scenario(finding.first).name.span, f"`{finding.first}` matches the record below too"),
            (self._promise(), "this plan promises one scenario for every record"),
            notes=(self.describe(finding.example), more) if is_last else (self.describe(finding.example),),
            help=help,
        )

    def _gap(self, example: Example) -> Diagnostic:
        return diagnose(
            "E0702",
            self._promise(),
            "no scenario applies to some records",
            why="this plan promises one scenario for every record",
            notes=(self.describe(example),),
            help="widen a condition, or add a scenario with `otherwise`",
        )

    def _dead(self, finding: Dead) -> Diagnostic:
        scenario = self._scenario(finding.scenario)
        place = scenario.when.span if scenario.when is not None else scenario.name.span
        if finding.earlier:
            why, help = "an earlier scenario takes every record that this one matches", "move it up, or remove it"
        else:
            why, help = "no record satisfies this", "change the condition, or remove the scenario"
        return diagnose("E0703", place, f"scenario `{finding.scenario}` can never apply", why=why, help=help)

    def _unproved(self, findings: list[Unproved]) -> Diagnostic:
        notes = [
            (
                f"whether {' and '.join(f'`{name}`' for name in finding.scenarios)} can meet"
                if finding.scenarios
                else "whether every record has a scenario"
            )
            + f": {finding.spent:,} tests looked at, "
            + ("none of them shows it" if finding.exhausted else "there are more")
            for finding in findings
        ]
        return diagnose(
            "E0704",
            self._promise(),
            "not proved that exactly one scenario applies to every record",
            why="this plan promises one scenario for every record",
            notes=tuple(notes),
            help="add `unless` or `otherwise`; a record that breaks the promise is an error when it is submitted",
        )

    def _bypass(self, found: Bypass) -> Diagnostic:
        step = self._step(found.group, found.step)
        after = next(clause for clause in step.clauses if isinstance(clause, ast.After))
        return diagnose(
            "W2001",
            after.dependencies[found.position].span,
            f"`{found.step}` is bypassed where this is not completed",
            notes=(f"in scenario `{found.scenario}`: {found.way}", self.describe(found.example)),
            help="wait without an outcome to go on in every case, or name the other outcomes (`completed or skipped`)",
        )

    def _endless(self, found: Endless) -> Diagnostic:
        step = self._step(found.group, found.step)
        until = next((clause.span for clause in step.clauses if isinstance(clause, ast.Until)), step.name.span)
        return diagnose(
            "W2002",
            until,
            f"pause `{found.step}` can wait for ever",
            notes=(f"in scenario `{found.scenario}`, as long as nobody changes the data", self.describe(found.example)),
            help="add `expires after 30 days`, and a step that waits for `expired`",
        )

    def _late(self, found: Late) -> Diagnostic:
        steps = ", ".join(f"`{path}`" for path in found.path)
        return diagnose(
            "W2006",
            self._start(found.group, found.step),
            f"`{found.step}` can come after {moment_text(found.limit)}, though every step is on time",
            notes=(
                f"in scenario `{found.scenario}`: from {moment_text(found.begins)} on, {steps} may take "
                f"{duration_text(found.taken)}, and there are {duration_text(found.room)}",
                self.describe(found.example),
            ),
            help="start earlier, or give the steps less time (`due within`, `expires after`)",
        )

    def _passed(self, found: Passed) -> Diagnostic:
        return diagnose(
            "W2007",
            self._start(found.group, found.step),
            f"`{found.step}` waits for `{found.awaited}`, which starts later than this",
            notes=(
                f"in scenario `{found.scenario}`: `{found.awaited}` is not done before {moment_text(found.other)}, and "
                f"`{found.step}` is to start {moment_text(found.own)}",
            ),
            help="leave out `starts`, or let it start later than what it waits for",
        )

    def _start(self, group: str, name: str) -> Span:
        step = self._step(group, name)
        return next((clause.span for clause in step.clauses if isinstance(clause, ast.Starts)), step.name.span)

    def describe(self, example: Example) -> str:
        """The part of a record that matters: `record: days_overdue = 29, promised_on unknown`."""
        parts = [self._attribute(name, example.row[name]) for name in example.named]
        if example.names_today:
            parts.append(f"today = {example.today.isoformat()}")
        return f"record: {', '.join(parts) or 'any'}"

    def _attribute(self, name: str, value: Value) -> str:
        kind = self._records.definitions[name].type
        if value is None:
            return f"{name} unknown"
        return f"{name} = {value_text(self._program, value, kind)}"

    def _promise(self) -> Span:
        return next(clause.policy_span for clause in self._tree.clauses if isinstance(clause, ast.ChooseClause))

    def _scenario(self, name: str) -> ast.Scenario:
        return next(scenario for scenario in self._tree.scenarios if scenario.name.text == name)

    def _step(self, group: str, name: str) -> ast.Step:
        for _, declaration in self._world.declarations(ast.Group):
            if declaration.name.text == group:
                for step in declaration.steps:
                    if step.name.text == name:
                        return step
        raise KeyError(f"{group}.{name}")
