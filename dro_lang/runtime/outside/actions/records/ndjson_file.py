"""Records in a file with a JSON object on each line. Lines of other records stay as they are, to the byte."""

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from dro_lang.records.json_text import NotJson, decode, encode
from dro_lang.runtime.outside.actions.records.files import change
from dro_lang.runtime.outside.actions.records.store import RECORD_FAILED, Cell, not_one
from dro_lang.runtime.outside.failures import Failure


@frozen
class NdjsonFile:
    path: Path
    key: str

    def columns(self) -> tuple[str, ...]:
        """None: each object has its own."""
        return ()

    def update(self, id: str, values: Mapping[str, Cell]) -> Failure | None:
        return change(self.path, lambda text: self._changed(text, id, values))

    def _changed(self, text: str, id: str, values: Mapping[str, Cell]) -> str | Failure:
        lines = text.split("\n")
        found = []
        for number, line in enumerate(lines):
            data = decode(line) if line.strip() else {}
            if isinstance(data, NotJson):
                return Failure(RECORD_FAILED, f"`{self.path}`, line {number + 1}: {data.reason}")
            if isinstance(data, dict) and data.get(self.key) == id:
                found.append((number, data))
        unfit = not_one(len(found))
        if unfit is not None:
            return unfit
        [(number, data)] = found
        ends = "\r" if lines[number].endswith("\r") else ""
        lines[number] = encode({**data, **values}) + ends
        return "\n".join(lines)
