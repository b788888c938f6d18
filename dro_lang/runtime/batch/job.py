"""What is to be selected, and what came of it."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from attrs import field, frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar, in_zone
from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Inputs
from dro_lang.runtime.submission import beginning

PART_ROWS = 2**24
PART_BYTES = 4 * 2**30
DEFAULT_MEMORY = "400MB"


@frozen
class Limits:
    """How much is done at a time: the memory that DuckDB may use, and how large a part may be before it is written."""

    memory: str = DEFAULT_MEMORY
    part_rows: int = PART_ROWS
    part_bytes: int = PART_BYTES


@frozen
class Job:
    """The selection of a plan for all records of some inputs, at 00:00 of a day in the plan's zone. `exclusive` says
    that it is proved that no two of the plan's scenarios match one record."""

    program: Program
    plan: Plan
    inputs: Inputs
    today: date
    exclusive: bool = False
    limits: Limits = field(factory=Limits)

    @property
    def environment(self) -> Environment:
        """What conditions are evaluated in, but for the record."""
        zone = ZoneInfo(self.plan.timezone)
        now = in_zone(beginning(self.today, zone), zone)
        calendar = self.program.calendars[self.plan.calendar] if self.plan.calendar else None
        return Environment({}, self.today, now, zone, BusinessCalendar.of(calendar))


@frozen
class Selected:
    """How many records got each scenario (with `choose every`, each that they got), how many got none and why, how
    many were rejected, how many items were, and how many records were looked at one by one."""

    records: int
    by_scenario: Mapping[str, int]
    errors: Mapping[str, int]
    rejected: int
    items: int
    looked_at: int

    @property
    def clean(self) -> bool:
        return not self.rejected and not self.items and not self.errors
