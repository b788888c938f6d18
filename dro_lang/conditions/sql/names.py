"""Names in a query: those of the plan, and those of the tables that people have."""

import re
from collections.abc import Iterable

from attrs import define, field, frozen
from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.words import RESERVED

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def own(name: str) -> exp.Identifier:
    """A name that the query gives, or that is one of the plan."""
    return exp.to_identifier(name, quoted=name.lower() in RESERVED)


@frozen
class Theirs:
    """Names of tables and columns. Without `exact` they are written bare where they can be, so that the database finds
    them in the case that it keeps bare names in; a reserved word is quoted in that case."""

    dialect: Dialect
    exact: bool

    def name(self, name: str) -> exp.Identifier:
        if self.exact or not _BARE.fullmatch(name):
            return exp.to_identifier(name, quoted=True)
        if name.lower() not in RESERVED:
            return exp.to_identifier(name, quoted=False)
        return exp.to_identifier(name.upper() if self.dialect.folds_up else name.lower(), quoted=True)

    def column(self, path: str, table: str | None = None) -> exp.Expr:
        """What a mapping names: the column of that very name, or where a name has no points, a field in one."""
        names = path.split(".") if not self.dialect.points_in_names else [path]
        parts = [self.name(part) for part in names]
        if table is not None:
            parts.insert(0, own(table))
        return parts[0] if len(parts) == 1 else exp.Dot.build(parts)

    def table(self, name: str) -> str:
        """A table, which may be named with its schema, and its database."""
        return self.dialect.write(
            exp.Dot.build([self.name(part) for part in name.split(".")]) if "." in name else self.name(name)
        )


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


@define
class Fresh:
    """Names that are not taken yet, in any case of letters."""

    taken: set[str] = field(converter=_lower)

    def name(self, wanted: str) -> str:
        found, number = wanted, 2
        while found.lower() in self.taken:
            found, number = f"{wanted}_{number}", number + 1
        self.taken.add(found.lower())
        return found
