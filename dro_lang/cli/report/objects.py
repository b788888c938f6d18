"""Objects for programs: one a line, or all in one array."""

import json
from typing import Any, Protocol

from attrs import define

from dro_lang.cli.report.lines import WholeLines


class Objects(Protocol):
    """Takes objects one by one, each as its line, and writes them as they come."""

    def add(self, line: str) -> None: ...

    def end(self) -> None:
        """No more come: leave what is written in order."""


@define
class Ndjson:
    """One object a line."""

    out: WholeLines

    def add(self, line: str) -> None:
        self.out.write(line + "\n")

    def end(self) -> None:
        pass


@define
class Array:
    """One array of objects, an object a line."""

    out: WholeLines
    begun: bool = False

    def add(self, line: str) -> None:
        self.out.write(f"{',' if self.begun else '['}\n{line}")
        self.begun = True

    def end(self) -> None:
        self.out.write("\n]\n" if self.begun else "[]\n")


def objects(format_: str, out: WholeLines) -> Objects:
    """In the form `ndjson`, or `json`."""
    return Ndjson(out) if format_ == "ndjson" else Array(out)


def line_of(told: dict[str, Any]) -> str:
    """An object as a line."""
    return json.dumps(told, ensure_ascii=False)
