"""Which program's plan an object's records get: DRO's mapping of an object and an orchestration type.

The program that was deployed last counts. Plans that run keep the program that they were composed from.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from dro_lang.program.model import Program
from dro_lang.server.rights.columns import Clock, as_moment, as_text, system_clock
from dro_lang.server.rights.database import Database


@frozen
class Current:
    """The plan of a program (by its hash) that records of an object get under a usage type."""

    object: str
    usage: str
    plan: str
    program: str
    at: datetime


@frozen
class CurrentPlans:
    database: Database
    clock: Clock = system_clock

    def all(self) -> list[Current]:
        rows = self.database.connection.execute("select * from server_current order by object, usage, plan")
        return [_current(row) for row in rows]

    def of(self, object: str, usage: str) -> list[Current]:
        """Several where a program has several plans for the two: then the submission says which."""
        rows = self.database.connection.execute(
            "select * from server_current where object = ? and usage = ? order by plan", (object, usage)
        )
        return [_current(row) for row in rows]

    def make_current(self, program: Program, hash: str) -> list[Current]:
        """Have the plans of a program be the ones that count for their objects; gives those that count no more."""
        pairs = {(mapping_object(program, name), plan.usage) for name, plan in program.plans.items()}
        now = as_text(self.clock())
        with self.database.writing() as connection:
            before = [each for pair in sorted(pairs) for each in self.of(*pair)]
            connection.executemany("delete from server_current where object = ? and usage = ?", pairs)
            connection.executemany(
                "insert into server_current values (?, ?, ?, ?, ?)",
                [(mapping_object(program, name), plan.usage, name, hash, now) for name, plan in program.plans.items()],
            )
        return [each for each in before if each.program != hash]


def mapping_object(program: Program, plan: str) -> str:
    """The object whose records a plan is for."""
    return program.mappings[program.plans[plan].mapping].object


def objects_of(program: Program) -> Iterable[str]:
    """The objects for whose records a program has plans."""
    return sorted({mapping_object(program, plan) for plan in program.plans})


def _current(row: tuple[str, str, str, str, str]) -> Current:
    return Current(*row[:4], as_moment(row[4]))
