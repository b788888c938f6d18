"""Assumptions as people write them: `people=about 1 day`, `SendEmail=5%`, `Erp:2026-06-01..2026-06-08`.

Every function raises ValueError where the text says nothing that can be assumed of the plan; the message says why.
"""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.program.model import Step, StepKind
from dro_lang.program.render import render_value
from dro_lang.program.types import DurationType
from dro_lang.program.values import Duration
from dro_lang.records.problems import Problem
from dro_lang.records.validate import value_of
from dro_lang.runtime.simulation.assumptions import (
    AT_ONCE,
    Answer,
    End,
    Ending,
    FailRate,
    Outage,
    Who,
    known_subjects,
)
from dro_lang.runtime.simulation.chance import Delay

_PART = re.compile(r"\s*(?:\+\s*)?(\d{1,6})\s*([a-z]+(?: days?)?)\s*", re.ASCII)
_UNITS = {
    "seconds": ("s", "sec", "second", "seconds"),
    "minutes": ("m", "min", "minute", "minutes"),
    "hours": ("h", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "week", "weeks"),
    "business days": ("bd", "business day", "business days"),
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
_SHARE = re.compile(r"^(.*)@\s*([0-9.]+\s*%)$", re.DOTALL)
_OUTSIDE = frozenset({StepKind.AUTO, StepKind.CALLOUT})
_ROUGHLY = 1e-9


def takes(text: str, blueprint: Blueprint) -> tuple[str, Delay | None]:
    """`WHO=TIME`: how long somebody takes, or something; None where it never ends."""
    name, said = _halves(text, "people=about 1 day")
    subject = _subject(name, blueprint, known_subjects(blueprint))
    delay = _delay(said)
    if delay is not None and delay.is_none and subject == Who.OPERATORS:
        raise ValueError("operators need some time: what fails at once would be tried again for ever")
    return subject, delay


def written(delay: Delay | None) -> str:
    """A time as `takes` reads it."""
    if delay is None:
        return "never"
    if delay.is_none:
        return "at once"
    shortest, longest = (
        None if each is None else render_value(each, DurationType()) for each in (delay.shortest, delay.longest)
    )
    return f"about {shortest}" if delay.about else f"{shortest}..{longest}" if longest else str(shortest)


def fail_rate(text: str, blueprint: Blueprint) -> tuple[tuple[str, ...], FailRate]:
    """`[WHAT=]RATE[:CODE]`: how many of the attempts of what fail; without WHAT those of everything that can."""
    name, equals, said = text.rpartition("=")
    rate, _, code = said.partition(":")
    can_fail = {subject: kinds for subject, kinds in known_subjects(blueprint).items() if kinds & _OUTSIDE}
    subjects = (_subject(name, blueprint, can_fail),) if equals else (Who.AUTOMATIONS, Who.CALLOUTS)
    return subjects, FailRate(_rate(rate), code.strip() or None)


def ending(text: str, blueprint: Blueprint) -> tuple[str, Ending]:
    """`STEP=END[:CODE][@SHARE]`: how a step ends, in a share of its instances."""
    name, said = _halves(text, "call_customer=completed")
    said, share = _shared(said)
    word, _, code = said.partition(":")
    subject, step = _step(name, blueprint)
    ends = {str(end): end for end in End}
    if word.strip() not in ends:
        raise ValueError(f"a step ends as one of {', '.join(ends)}, not `{word.strip()}`")
    end = ends[word.strip()]
    if code and end is not End.FAILED:
        raise ValueError(f"only what fails has a code, not what is {end}")
    _may_end(subject, step, end)
    return subject, Ending(end, code.strip() or None, share)


def _may_end(subject: str, step: Step, end: End) -> None:
    if step.kind is StepKind.MILESTONE:
        raise ValueError(f"`{subject}` is a milestone: it is completed when its turn comes")
    if step.kind is StepKind.PAUSE and end is not End.COMPLETED:
        raise ValueError(f"`{subject}` is a pause: its condition ends it, so that only `completed` can be assumed")
    if end is End.FAILED and step.kind not in _OUTSIDE:
        raise ValueError(f"`{subject}` is done by a person, and cannot fail")
    if end is End.EXPIRED and step.expires is None:
        raise ValueError(f"`{subject}` never expires: it has no `expires after`")


def answer(text: str, blueprint: Blueprint) -> tuple[str, str, Answer]:
    """`STEP.RESULT=VALUE[@SHARE]`: a result that a step gives, in a share of its instances."""
    name, said = _halves(text, "approve.approved=true@80%")
    said, share = _shared(said)
    owner, _, result = name.rpartition(".")
    if not owner:
        raise ValueError(f"`{name}` names no result of a step: write `step.result`")
    subject, step = _step(owner, blueprint)
    gives = {definition.name: definition for definition in blueprint.gives(step)}
    if result not in gives:
        raise ValueError(f"`{subject}` gives no `{result}`{_instead(result, gives)}")
    value = None if said == "unknown" else value_of(said, gives[result], blueprint.program)
    if isinstance(value, Problem):
        raise ValueError(f"`{subject}.{result}`: {value.reason}")
    return subject, result, Answer(value, share)


def shares_fit(name: str, shares: Iterable[float]) -> None:
    """Raise ValueError where more than all instances are spoken for."""
    if sum(shares) > 1 + _ROUGHLY:
        raise ValueError(f"what is assumed of `{name}` adds up to more than 100%")


def outage(text: str, blueprint: Blueprint) -> Outage:
    """`INTEGRATION[:[FROM]..[TO]]`: when an integration is offline."""
    name, colon, days = text.partition(":")
    called = {
        str(step.target) for group in blueprint.groups.values() for step in group.steps if step.kind is StepKind.CALLOUT
    }
    if name not in called:
        raise ValueError(f"the plan calls no integration `{name}`{_instead(name, called)}")
    if not colon:
        return Outage(name)
    since, dots, until = days.partition("..")
    if not dots:
        raise ValueError(f"write the days as `{name}:2026-12-01..2026-12-08`; either may be left out")
    found = Outage(name, _day(since), _day(until))
    if found.since is not None and found.until is not None and found.until <= found.since:
        raise ValueError(f"`{name}` cannot be online again on {found.until}, before it is offline")
    return found


# ---- the pieces


def _halves(text: str, example: str) -> tuple[str, str]:
    name, equals, said = text.partition("=")
    if not equals:
        raise ValueError(f"`{text}` says nothing: write it like `{example}`")
    return name.strip(), said.strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"`{text}` is not a date: write it as 2026-12-31") from None


def _rate(text: str) -> float:
    said = text.strip()
    try:
        rate = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
    except ValueError:
        raise ValueError(f"`{said}` is not a rate: write it as `5%` or `0.05`") from None
    if not 0 <= rate <= 1:
        raise ValueError(f"`{said}` is not between 0% and 100%")
    return rate


def _shared(text: str) -> tuple[str, float]:
    found = _SHARE.match(text)
    return (text, 1.0) if found is None else (found[1].strip(), _rate(found[2]))


def _subject(name: str, blueprint: Blueprint, known: Iterable[str]) -> str:
    """A subject by its name, or a step by its own name where there is one such step."""
    found = set(known)
    if name in found:
        return name
    if any(subject.endswith(f".{name}") for subject in found):
        return _step(name, blueprint)[0]
    raise ValueError(f"there is no `{name}` in the plan of which that could be assumed{_instead(name, found)}")


def _step(name: str, blueprint: Blueprint) -> tuple[str, Step]:
    steps = {f"{group}.{step.name}": step for group, own in blueprint.groups.items() for step in own.steps}
    found = [each for each in steps if each == name or each.endswith(f".{name}")]
    if len(found) > 1:
        raise ValueError(f"there are several steps `{name}`: {', '.join(f'`{each}`' for each in found)}")
    if not found:
        raise ValueError(f"the plan has no step `{name}`{_instead(name, steps)}")
    return found[0], steps[found[0]]


def _instead(name: str, known: Iterable[str]) -> str:
    names = {short: full for full in known for short in (full.rpartition(".")[2], full)}
    close = get_close_matches(name, names, n=1)
    return f"; did you mean `{names[close[0]]}`?" if close else f"; there is {', '.join(sorted(known)) or 'none'}"


def _delay(text: str) -> Delay | None:
    match text.split(maxsplit=1):
        case ["never"]:
            return None
        case ["at", "once"] | ["0"]:
            return AT_ONCE
        case ["about", said]:
            return Delay(_duration(said), about=True)
    shortest, dots, longest = text.partition("..")
    if not dots:
        return Delay(_duration(text))
    found = Delay(_duration(shortest), _duration(longest))
    assert found.longest is not None
    if _rough(found.longest) < _rough(found.shortest):
        raise ValueError(f"`{text}` goes from a longer time to a shorter one")
    return found


def _rough(duration: Duration) -> float:
    return duration.total_seconds + duration.business_days * 86_400 * 7 / 5


def _duration(text: str) -> Duration:
    days = seconds = business_days = 0
    at = 0
    while at < len(text) or at == 0:
        part = _PART.match(text, at)
        unit = None if part is None else _UNIT.get(part[2])
        if part is None or unit is None:
            raise ValueError(
                f"`{text.strip()}` is not a length of time: write it like `2 hours`, `1d` or `3 business days`"
            )
        at, number = part.end(), int(part[1])
        seconds += number * _SECONDS.get(unit, 0)
        days += number * {"days": 1, "weeks": 7}.get(unit, 0)
        business_days += number * (unit == "business days")
    if business_days and (days or seconds):
        raise ValueError(f"`{text.strip()}` mixes business days with other times")
    return Duration(days, seconds, business_days)
