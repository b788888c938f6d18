"""Tests as text: the `test` block that does what some lines say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from dro_lang.conditions.time import in_zone, midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.render import render_value
from dro_lang.program.tests import (
    Advance,
    AdvanceTo,
    AlwaysScenarios,
    AlwaysStep,
    Answer,
    ChangeLine,
    Claim,
    Complete,
    Discard,
    Ends,
    ExpectPlan,
    ExpectRejected,
    ExpectScenarios,
    ExpectStep,
    Fail,
    Freeze,
    InstanceName,
    NeverStep,
    Offline,
    Online,
    Order,
    RetryNow,
    SetData,
    TestLine,
    TodayLine,
    Unfreeze,
)
from dro_lang.program.types import DATE, DATETIME, TEXT, DurationType, ListType, Type
from dro_lang.program.values import Row, Value
from dro_lang.source import Source
from dro_lang.syntax.format import format_source

_HEADER = "language 1.0\n"


def block(
    blueprint: Blueprint, name: str, record: Row, today: date, lines: Sequence[TestLine], comment: str = ""
) -> str:
    """A `test` block in canonical form: a day, a record, and then these lines, of which none is a `given`.

    What is unknown, and lists without elements, are left out. `comment` stands above the block.
    """
    writer = _Writer(blueprint)
    written = [
        *(f"// {line}" for line in comment.splitlines()),
        f"test {_text(name)} for {blueprint.plan.name} {{",
        f"today {render_value(today, DATE)}",
        f"given {writer.row(record, blueprint.context.attributes, short=True)}",
        *map(writer.line, lines),
        "}",
    ]
    formatted = format_source(Source(name, _HEADER + "\n" + "\n".join(written) + "\n"))
    assert isinstance(formatted, str), formatted  # what is written here is read by the same grammar
    return formatted.removeprefix(_HEADER).lstrip("\n")


def passed(lines: list[TestLine], blueprint: Blueprint, now: datetime) -> None:
    """Write down that time has passed: as one line with the passing of time before it, as a day where that is exact."""
    local = in_zone(now, blueprint.zone)
    is_midnight = midnight(local.date(), blueprint.zone) == local
    if lines and isinstance(lines[-1], AdvanceTo):
        lines.pop()
    lines.append(AdvanceTo(local.date() if is_midnight else local, line=0))


def claim_text(claim: Claim) -> str:
    """A claim as it is written in a property."""
    match claim:
        case NeverStep(step, state):
            return f"never step {step.group}.{step.step} {state}"
        case AlwaysStep(step, state):
            return f"always step {step.group}.{step.step} {state}"
        case AlwaysScenarios(scenarios):
            return f"always scenario {', '.join(scenarios)}"
        case Order(first, then):
            return f"step {first.group}.{first.step} before step {then.group}.{then.step}"
        case Ends(within):
            return "plan ends" + ("" if within is None else f" within {render_value(within, DurationType())}")


def _text(value: str) -> str:
    return render_value(value, TEXT)


class _Writer:
    """Writes lines; the formatter puts them in order."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._groups = blueprint.groups

    def line(self, line: TestLine) -> str:
        match line:
            case TodayLine(moment):
                return f"today {_moment(moment)}"
            case ExpectScenarios(scenarios):
                return f"expect scenario {', '.join(scenarios)}" if scenarios else "expect no scenario"
            case ExpectPlan(state):
                return f"expect plan {state}"
            case ExpectStep(instance, state, on):
                day = "" if on is None else f" on {_moment(on)}"
                return f"expect step {_name(instance)} {state}{day}"
            case ExpectRejected(code):
                return f"expect rejected {_text(code)}"
            case Advance(duration):
                return f"advance {render_value(duration, DurationType())}"
            case AdvanceTo(moment):
                return f"advance to {_moment(moment)}"
            case Complete(instance, results):
                return f"complete {_name(instance)} {self._results(instance, results)}".rstrip()
            case Answer(instance, results):
                return f"answer {_name(instance)} {self._results(instance, results) or '{}'}"
            case Fail(instance, code):
                return f"fail {_name(instance)}" + ("" if code is None else f" with {_text(code)}")
            case RetryNow(instance):
                return f"retry {_name(instance)}"
            case Discard(instance):
                return f"discard {_name(instance)}"
            case SetData(data):
                return f"set {self.row(data, self._blueprint.context.attributes)}"
            case ChangeLine(change, item, data):
                whom = "" if item is None else f" item {_text(item)}"
                shape = self._blueprint.context.attributes if item is None else self._item()
                return f"{change}{whom}" + (f" {self.row(data, shape)}" if data else "")
            case Freeze():
                return "freeze"
            case Unfreeze():
                return "unfreeze"
            case Offline(integration):
                return f"offline {integration}"
            case Online(integration):
                return f"online {integration}"
        raise TypeError(f"{type(line).__name__} does not stand in a block of one record")

    def _results(self, instance: InstanceName, results: Row) -> str:
        step = self._groups[instance.group].step(instance.step)
        assert step is not None  # the step of a line is one of its group
        return self.row(results, self._blueprint.gives(step)) if results else ""

    def _item(self) -> Sequence[AttributeDefinition]:
        node = self._blueprint.context.item_node
        assert node is not None  # or there would be no item to change
        assert isinstance(node.type, ListType)
        return self._blueprint.program.records[node.type.record].attributes

    def row(self, row: Row, shape: Sequence[AttributeDefinition], short: bool = False) -> str:
        """An object; where it is `short`, without what need not be said."""
        types: Mapping[str, Type] = {definition.name: definition.type for definition in shape}
        fields = [
            f"{name}: {self._value(value, types[name])}"
            for name, value in row.items()
            if not short or value not in (None, ())
        ]
        return f"{{ {', '.join(fields)} }}"

    def _value(self, value: Value, type: Type) -> str:
        if isinstance(type, ListType) and isinstance(value, tuple):
            shape = self._blueprint.program.records[type.record].attributes
            return f"[{', '.join(self.row(row, shape, short=True) for row in value)}]"
        return render_value(value, type)


def _name(instance: InstanceName) -> str:
    item = "" if instance.item is None else f" for item {_text(instance.item)}"
    return f"{instance.group}.{instance.step}{item}"


def _moment(moment: date | datetime) -> str:
    return render_value(moment, DATETIME if isinstance(moment, datetime) else DATE)
