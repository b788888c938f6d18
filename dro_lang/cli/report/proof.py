"""What a plan promises, with verdicts, as lines and as an object."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from dro_lang.analysis.given import object_text
from dro_lang.analysis.promises import Promise, Topic, Verdict
from dro_lang.analysis.solver.satisfy import Example
from dro_lang.cli.output import plural, styled
from dro_lang.program.model import Plan, Program
from dro_lang.program.render import render_value
from dro_lang.program.types import DATE
from dro_lang.records.validate import to_data

_WORDS = {
    Verdict.PROVED: "proved",
    Verdict.REFUTED: "refuted",
    Verdict.NOT_PROVED: "not proved",
    Verdict.NOTE: "note",
}
_LOOKS: dict[Verdict, dict[str, Any]] = {
    Verdict.PROVED: {"fg": "green"},
    Verdict.REFUTED: {"fg": "red", "bold": True},
    Verdict.NOT_PROVED: {"fg": "yellow"},
    Verdict.NOTE: {"dim": True},
}
_WIDTH = max(map(len, _WORDS.values()))
_INDENT = " " * (_WIDTH + 4)


def lines(program: Program, plan: Plan, found: Sequence[Promise], color: bool) -> Iterator[str]:
    """The long form: topics, promises and records, and a summary."""
    yield styled(f"plan {plan.name}", color, bold=True)
    for topic in Topic:
        of_topic = [promise for promise in found if promise.topic is topic]
        if of_topic:
            yield ""
            yield styled(topic.value, color, bold=True)
        for promise in of_topic:
            yield from _promise(program, plan, promise, color)
    yield ""
    yield summary(found)


def _promise(program: Program, plan: Plan, promise: Promise, color: bool) -> Iterator[str]:
    word = styled(_WORDS[promise.verdict].ljust(_WIDTH), color, **_LOOKS[promise.verdict])
    yield f"  {word}  {promise.text}"
    why = promise.why
    if promise.spent is not None:
        why = f"{plural(promise.spent, 'test')} looked at without an answer"
    if why and (promise.verdict is not Verdict.PROVED or promise.example is None):
        yield f"{_INDENT}{why}"
    if promise.verdict is not Verdict.PROVED and promise.example is not None:
        yield from (f"{_INDENT}{line}" for line in _given(program, plan, promise.example))


def _given(program: Program, plan: Plan, example: Example) -> Iterator[str]:
    """The record as the first lines of a test."""
    yield f"today {render_value(example.today, DATE)}"
    yield f"given {object_text(program, program.contexts[plan.context].attributes, example.row)}"


def summary(found: Sequence[Promise]) -> str:
    """How many promises have which verdict."""
    counts = Counter(promise.verdict for promise in found)
    parts = [f"{counts[verdict]:,} {_WORDS[verdict]}" for verdict in _WORDS if verdict is not Verdict.NOTE]
    total = sum(counts.values()) - counts[Verdict.NOTE]
    return f"{plural(total, 'promise')}: {', '.join(parts)}"


def document(program: Program, plan: Plan, found: Sequence[Promise]) -> dict[str, Any]:
    """The same as an object; records are as drolang reads them."""
    counts = Counter(promise.verdict for promise in found)
    return {
        "plan": plan.name,
        "promises": [_object(program, plan, promise) for promise in found],
        "summary": {verdict.value.replace(" ", "_"): counts[verdict] for verdict in Verdict},
    }


def _object(program: Program, plan: Plan, promise: Promise) -> dict[str, Any]:
    told: dict[str, Any] = {"topic": promise.topic.value, "promise": promise.text, "verdict": promise.verdict.value}
    if promise.why:
        told["why"] = promise.why
    if promise.spent is not None:
        told["tests_looked_at"] = promise.spent
    if promise.example is not None:
        row = promise.example.row
        told["today"] = promise.example.today.isoformat()
        told["record"] = {
            each.name: to_data(row[each.name], each.type, program)
            for each in program.contexts[plan.context].attributes
            if row[each.name] is not None
        }
    return told
