"""The selection of a plan as a query over a table of records."""

from collections.abc import Iterable, Mapping
from functools import reduce

from attrs import frozen
from sqlglot import exp

from dro_lang.conditions.matching import own_condition
from dro_lang.conditions.sql.formulas import Formula, Problem
from dro_lang.conditions.sql.layout import Select, Selected, statement
from dro_lang.conditions.sql.names import Fresh, own
from dro_lang.conditions.sql.tables import Tables, Target
from dro_lang.conditions.sql.terms import case, integer, is_known, is_null, negated, text
from dro_lang.program.model import Plan, Policy, Program, Scenario
from dro_lang.program.render import render

SEVERAL, NONE = "R0201", "R0202"


@frozen
class Refusal:
    """Why there is no query: what the dialect cannot say, and in which scenario."""

    scenario: str
    problem: Problem


def query(program: Program, plan: Plan, target: Target) -> str | tuple[Refusal, ...]:
    """The text of the query that gives for each record its id, its scenario (`scenarios`, a list, where every matching
    one counts), and the code of the reason why it has none."""
    tables = Tables.of(program, plan, target)
    formulas: dict[str, Formula] = {}
    refusals: list[Refusal] = []
    for scenario in plan.scenarios:
        if not scenario.otherwise:
            tables.problems.clear()
            formulas[scenario.name] = tables.conditions().formula(own_condition(scenario))
            refusals += (Refusal(scenario.name, problem) for problem in tables.problems)
    if refusals:
        return tuple(refusals)
    return _Query(program, plan, target, tables, formulas).text()


@frozen
class _Query:
    program: Program
    plan: Plan
    target: Target
    tables: Tables
    formulas: Mapping[str, Formula]

    def text(self) -> str:
        made = self.tables.made()
        columns = Fresh({"id"})
        misfit = columns.name("misfit")
        flags = {name: columns.name(name) for name in self.formulas}
        source, _ = made[-1]
        steps = [("matches", self._matches(flags, misfit))]
        if any(scenario.unless for scenario in self.plan.scenarios):
            steps = [("holds", self._matches(flags, misfit)), ("matches", self._exceptions(flags, misfit))]
        for wanted, select in (*steps, ("chosen", self._chosen(flags, misfit))):
            name = self.tables.fresh.name(wanted)
            made.append((name, Select(select.columns, (f"FROM {self._written(source)}",), select.comments)))
            source = name
        return statement(self._about(), made, self._last(source), self.target.dialect)

    # ---- tables

    def _matches(self, flags: Mapping[str, str], misfit: str) -> Select:
        """Which `when` hold."""
        columns = [Selected(exp.column(own("id")), "id")]
        for scenario in self.plan.scenarios:
            formula = self.formulas.get(scenario.name)
            if formula is not None:
                value = formula.sql
                if not formula.certain:
                    value = exp.Coalesce(this=value, expressions=[exp.false()])
                columns.append(Selected(value, flags[scenario.name], tuple(_told(scenario))))
        columns.append(Selected(self.tables.misfit(), misfit, ("The code of the reason why a record does not fit.",)))
        return Select(tuple(columns), (), ("When each scenario matches.",))

    def _exceptions(self, flags: Mapping[str, str], misfit: str) -> Select:
        """Which scenarios match, with what they say of each other."""
        scenarios = {scenario.name: scenario for scenario in self.plan.scenarios}

        def matching(scenario: Scenario) -> exp.Expr:
            found: exp.Expr = _flag(flags, scenario.name)
            for name in scenario.unless:
                other = scenarios[name]
                # What stands in its way stands in this one's way too.
                same = set(other.unless) <= set(scenario.unless)
                found = exp.And(this=found, expression=negated(_flag(flags, name) if same else matching(other)))
            return found

        columns = [Selected(exp.column(own("id")), "id")]
        for name, flag in flags.items():
            unless = ", ".join(scenarios[name].unless)
            columns.append(Selected(matching(scenarios[name]), flag, (f"{name} unless {unless}",) if unless else ()))
        columns.append(Selected(exp.column(own(misfit)), misfit))
        return Select(tuple(columns), ())

    def _chosen(self, flags: Mapping[str, str], misfit: str) -> Select:
        """What a record gets, and what stands in its way."""
        last = [scenario.name for scenario in self.plan.scenarios if scenario.otherwise]
        every = self.plan.policy is Policy.EVERY_MATCHING
        some = [_flag(flags, name) for name in flags]
        errors: list[tuple[exp.Expr, exp.Expr]] = [(is_known(exp.column(own(misfit))), exp.column(own(misfit)))]
        if self.plan.policy is Policy.EXACTLY_ONE and not self.target.exclusive and len(some) > 1:
            counts: list[exp.Expr] = [case((flag, integer(1)), otherwise=integer(0)) for flag in some]
            count = reduce(lambda one, other: exp.Add(this=one, expression=other), counts)
            errors.append((exp.GT(this=count, expression=integer(1)), text(SEVERAL)))
        if not last:
            errors.append((negated(exp.or_(*(flag.copy() for flag in some))), text(NONE)))
        got = self._every(flags, last) if every else _first(flags, last)
        name = "scenarios" if every else "scenario"
        columns = (
            Selected(exp.column(own("id")), "id"),
            Selected(got, name, (self._policy(),)),
            Selected(case(*errors) if len(errors) > 1 else errors[0][1], "error"),
        )
        return Select(columns, ())

    def _every(self, flags: Mapping[str, str], last: list[str]) -> exp.Expr:
        dialect = self.target.dialect
        found = dialect.names_that_hold([(_flag(flags, name), name) for name in flags])
        if not last:
            return found
        if not flags:
            return dialect.names(last)
        return case((exp.or_(*(_flag(flags, name) for name in flags)), found), otherwise=dialect.names(last))

    def _last(self, source: str) -> Select:
        name = "scenarios" if self.plan.policy is Policy.EVERY_MATCHING else "scenario"
        columns = (
            Selected(exp.column(own("id")), "id"),
            Selected(case((is_null(exp.column("error")), exp.column(name))), name),
            Selected(exp.column("error"), "error"),
        )
        return Select(columns, (f"FROM {self._written(source)}",))

    # ---- what is said

    def _about(self) -> Iterable[str]:
        plan, dialect = self.plan, self.target.dialect
        yield f"The scenarios of plan {plan.name} ({self.program.module}, version {plan.version}), for {dialect.title}."
        yield from plan.doc.splitlines()
        if self.tables.reads.today and self.target.environment is None:
            yield f"{dialect.parameter} is the day of the run, in the time zone {plan.timezone}."

    def _policy(self) -> str:
        match self.plan.policy:
            case Policy.FIRST_MATCHING:
                return "The first that matches."
            case Policy.EVERY_MATCHING:
                return "All that match."
        return "The one that matches" + ("; two never do, which is proved." if self.target.exclusive else ".")

    def _written(self, name: str) -> str:
        return self.target.dialect.write(own(name))


def _flag(flags: Mapping[str, str], name: str) -> exp.Column:
    return exp.column(own(flags[name]))


def _first(flags: Mapping[str, str], last: list[str]) -> exp.Expr:
    otherwise = text(last[0]) if last else None
    if not flags:
        return otherwise or exp.null()
    return case(*((_flag(flags, name), text(name)) for name in flags), otherwise=otherwise)


def _told(scenario: Scenario) -> Iterable[str]:
    """A scenario as its plan has it."""
    yield f"{scenario.name}: {render(scenario.when) if scenario.when is not None else 'always'}"
    yield from scenario.doc.splitlines()
