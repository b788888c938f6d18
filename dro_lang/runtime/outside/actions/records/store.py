"""What updating a record needs of wherever it is kept."""

from collections.abc import Mapping
from typing import Protocol

from dro_lang.runtime.outside.failures import Failure

RECORD_UNKNOWN = "RECORD_UNKNOWN"
RECORD_AMBIGUOUS = "RECORD_AMBIGUOUS"
FIELD_UNKNOWN = "FIELD_UNKNOWN"
RECORD_BUSY = "RECORD_BUSY"
"""Somebody else is writing; it is worth another try."""
RECORD_FAILED = "RECORD_FAILED"
TARGET_UNKNOWN = "TARGET_UNKNOWN"

Cell = str | int | bool | None
"""What is written: text for what neither SQL nor JSON has a type for."""


class Store(Protocol):
    """Where records are kept. An update is done whole or not at all, and doing it again changes nothing."""

    def columns(self) -> tuple[str, ...] | Failure:
        """The columns that there are; of what has no fixed ones, none."""

    def update(self, id: str, values: Mapping[str, Cell]) -> Failure | None:
        """Set columns of the one record with an id."""


def missing(columns: tuple[str, ...], wanted: Mapping[str, object], key: str) -> Failure | None:
    """The failure that it is to want columns that are not there."""
    lost = next((name for name in (key, *wanted) if name not in columns), None)
    return None if lost is None else Failure(FIELD_UNKNOWN, f"there is no column `{lost}`")


def not_one(count: int) -> Failure | None:
    """The failure that it is to find more or less than one record."""
    if count == 1:
        return None
    return Failure(RECORD_AMBIGUOUS, f"{count} records have this id") if count else Failure(RECORD_UNKNOWN, "no record")
