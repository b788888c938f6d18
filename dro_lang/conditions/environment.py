"""What an expression is evaluated in."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import field, frozen

from dro_lang.conditions.time import BusinessCalendar
from dro_lang.program.values import Row, Value


@frozen
class Environment:
    """One record at one moment: `today` is the day of `now` in the plan's zone.

    `item` is the step's own item, or the element at hand; `parameters` are those of the group instance. `results` are
    by group instance (None for the step's own), step and name. What is absent from any of them is unknown.
    """

    root: Row
    today: date
    now: datetime
    zone: ZoneInfo
    calendar: BusinessCalendar
    item: Row | None = None
    parameters: Mapping[str, Value] = field(factory=dict)
    results: Mapping[tuple[str | None, str, str], Value] = field(factory=dict)

    def at_element(self, element: Row) -> "Environment":
        """The same, with an element of a list in the place of the item."""
        return Environment(
            self.root, self.today, self.now, self.zone, self.calendar, element, self.parameters, self.results
        )

    def on_day(self, today: date) -> "Environment":
        """The same on another day, at an unchanged `now`."""
        return Environment(
            self.root, today, self.now, self.zone, self.calendar, self.item, self.parameters, self.results
        )
