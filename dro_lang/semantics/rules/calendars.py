"""Time zones, calendars and times of day: they must exist (E1002)."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.rules.overview import Overview, clauses
from dro_lang.semantics.rules.texts import suggestion
from dro_lang.syntax import ast

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def check(overview: Overview) -> Iterator[Diagnostic]:
    for calendar in overview.all(ast.Calendar):
        yield from _weekend(calendar)
        if calendar.holidays is not None:
            yield from _holidays(calendar.holidays)
    for plan in overview.all(ast.Plan):
        for clause in plan.clauses:
            if isinstance(clause, ast.TimezoneClause):
                yield from _zone(clause.timezone)
    for group in overview.all(ast.Group):
        for step in group.steps:
            for starts in clauses(step, ast.Starts):
                if starts.at is not None:
                    yield from _time_of_day(starts.at)


def _weekend(calendar: ast.Calendar) -> Iterator[Diagnostic]:
    seen: dict[str, ast.Name] = {}
    for day in calendar.weekend:
        if day.text not in WEEKDAYS:
            yield diagnose(
                "E1002",
                day.span,
                f"there is no weekday `{day.text}`",
                help=suggestion(day.text, WEEKDAYS, "weekdays"),
            )
        elif day.text in seen:
            yield diagnose(
                "E0102",
                day.span,
                f"`{day.text}` is named twice",
                (seen[day.text].span, "first named here"),
                help="leave out one of them",
            )
        seen.setdefault(day.text, day)
    if seen.keys() >= set(WEEKDAYS):
        yield diagnose(
            "E1002",
            calendar.name.span,
            f"calendar `{calendar.name.text}` has no business day",
            why="its weekend is the whole week",
            help="leave out the days on which work is done",
        )


def _holidays(code: ast.Text) -> Iterator[Diagnostic]:
    known = _holiday_codes()
    if code.value in known:
        return
    match = did_you_mean(code.value, known)
    yield diagnose(
        "E1002",
        code.span,
        f"no holidays are known for `{code.value}`",
        why=f"did you mean `{match}`?" if match else "",
        help='name a country (`"DE"`), a part of one (`"DE-BY"`), or a market (`"XECB"`, `"XNYS"`)',
    )


@cache
def _holiday_codes() -> frozenset[str]:
    """The codes that the holidays library has holidays for: countries, their subdivisions, markets."""
    # Imported only where a calendar names holidays: the library takes longer to load than the whole compiler.
    from holidays import list_supported_countries, list_supported_financial

    countries = list_supported_countries()
    parts = (f"{country}-{part}" for country, parts in countries.items() for part in parts)
    return frozenset((*countries, *parts, *list_supported_financial()))


def _zone(name: ast.Text) -> Iterator[Diagnostic]:
    zones = _zones()
    if name.value in zones:
        return
    match = did_you_mean(name.value, zones) or _of_city(name.value)
    yield diagnose(
        "E1002",
        name.span,
        f"there is no time zone `{name.value}`",
        help=f"did you mean `{match}`?" if match else 'write a name such as `"Europe/Berlin"`, `"UTC"`',
        fixes=(Fix(f"write `{match}`", (Edit(name.span, f'"{match}"'),), Safety.UNSAFE),) if match else (),
    )


@cache
def _zones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def _of_city(name: str) -> str | None:
    """The zone that is named after a city (`Berlin`)."""
    city = name.strip().replace(" ", "_").lower()
    return next((zone for zone in sorted(_zones()) if zone.rpartition("/")[2].lower() == city), None)


def _time_of_day(at: ast.TimeLiteral) -> Iterator[Diagnostic]:
    if at.hour > 23 or at.minute > 59:
        yield diagnose(
            "E1002",
            at.span,
            f"`{at.span.text}` is no time of day",
            help="times go from 00:00 to 23:59",
        )
