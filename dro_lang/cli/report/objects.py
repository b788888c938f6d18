"""Objects for programs: one a line, or all in one array."""

import json
from typing import Any, Protocol

from attrs import define

from dro_lang.cli.report.lines import WholeLines


class Objects(Protocol):
    """Takes objects one by one, and writes them as they come."""

    def add(self, told: dict[str, Any]) -> None: ...

    def end(self) -> None:
        """No more come: leave what is written in order."""


@define
class Ndjson:
    """One object a line."""

    out: WholeLines

    def add(self, told: dict[str, Any]) -> None:
        self.out.write(_line(told) + "\n")

    def end(self) -> None:
        pass


@define
class Array:
    """One array of objects, an object a line."""

    out: WholeLines
    begun: bool = False

    def add(self, told: dict[str, Any]) -> None:
        self.out.write(f"{',' if self.begun else '['}\n{_line(told)}")
        self.begun = True

    def end(self) -> None:
        self.out.write("\n]\n" if self.begun else "[]\n")


def objects(format_: str, out: WholeLines) -> Objects:
    """In the form `ndjson`, or `json`."""
    return Ndjson(out) if format_ == "ndjson" else Array(out)


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
