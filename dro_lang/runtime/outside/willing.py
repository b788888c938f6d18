"""The world outside a simulated plan: automations succeed, with results that fit."""

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Succeeded
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
)
from dro_lang.program.values import Duration, Row, Value


@frozen
class Willing:
    """An outside where automations succeed, with results that fit. Synchronous callouts do too where `callouts` is
    true; an asynchronous one is never answered by itself."""

    blueprint: Blueprint
    callouts: bool

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | None:
        program = self.blueprint.program
        if isinstance(command, RunAction):
            gives = program.actions[command.action].gives
        elif self.callouts and not command.asynchronous:
            gives = program.integrations[command.integration].gives
        else:
            return None
        return Succeeded(at, command.key.step, generated(gives, self.blueprint, at), command.key.attempt)


def generated(definitions: tuple[AttributeDefinition, ...], blueprint: Blueprint, at: datetime) -> Row:
    """Results that fit their types and bounds, always the same ones at one moment."""
    return {definition.name: _value(definition, blueprint, at) for definition in definitions}


def _value(definition: AttributeDefinition, blueprint: Blueprint, at: datetime) -> Value:
    match definition.type:
        case IdType() | TextType():
            return definition.name
        case BooleanType():
            return True
        case IntegerType():
            return _clamped(1, definition)
        case DecimalType() | MoneyType():
            return _clamped(Decimal(1), definition)
        case DateTimeType():
            return _clamped(in_zone(at, blueprint.zone), definition)
        case DateType():
            return _clamped(in_zone(at, blueprint.zone).date(), definition)
        case DurationType():
            return _clamped(Duration(days=1), definition)
        case EnumType(name):
            return blueprint.program.enums[name].constants[0].name
        case ListType():
            return ()


def _clamped(value: Value, definition: AttributeDefinition) -> Value:
    for bound, too_far in ((definition.low, -1), (definition.high, 1)):
        # A bound is of the attribute's own, ordered type.
        if bound is not None and (value > bound.value) - (value < bound.value) == too_far:  # type: ignore[operator]
            return bound.value
    return value
