"""Updating a record: `std.record.SetField`, and actions of one's own that are configured to (`use = "record"`)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

from dro_lang.program.model import Action, Program
from dro_lang.program.types import EnumType, IdType, TextType
from dro_lang.program.values import Duration
from dro_lang.records.times import duration_text, moment_text
from dro_lang.runtime.outside.actions.records.store import TARGET_UNKNOWN, Cell, Store
from dro_lang.runtime.outside.failures import ActionError


@frozen
class SetField:
    """`target` names where records are kept, in the configuration."""

    stores: Mapping[str, Store]

    def __call__(self, *, target: str, id: str, field: str, value: str | None) -> None:
        """Raises ActionError."""
        store = self.stores.get(target)
        if store is None:
            raise ActionError(TARGET_UNKNOWN, "there are no `records` of this name in the configuration")
        _update(store, id, {field: value})


@frozen
class RecordAction:
    """Sets the columns that bear the names of an action's arguments, of the record that `id` names."""

    store: Store
    action: Action
    program: Program

    def __call__(self, **arguments: Any) -> None:
        """Raises ActionError."""
        values = {
            definition.name: self._cell(arguments[definition.name], definition.type)
            for definition in self.action.takes
            if definition.name != "id"
        }
        _update(self.store, arguments["id"], values)

    def _cell(self, value: Any, of: object) -> Cell:
        if isinstance(of, EnumType):
            constants = self.program.enums[of.name].constants
            return next((each.text for each in constants if each.name == value), None)
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, datetime):
            return moment_text(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Duration):
            return duration_text(value)
        assert value is None or isinstance(value, str | int)  # `unfit` has seen to it
        return value


def _update(store: Store, id: str, values: Mapping[str, Cell]) -> None:
    failure = store.update(id, values)
    if failure is not None:
        raise ActionError(failure.code, failure.detail)


def unfit(action: Action) -> str | None:
    """Why an action cannot be carried out by updating a record, by its signature."""
    takes = {definition.name: definition for definition in action.takes}
    if "id" not in takes or takes["id"].optional or not isinstance(takes["id"].type, IdType | TextType):
        return "it takes no `id : Id`"
    if len(takes) < 2:
        return "it takes no argument beside `id` that could be written"
    if action.gives:
        return "it gives results, and updating a record gives none"
    return None
