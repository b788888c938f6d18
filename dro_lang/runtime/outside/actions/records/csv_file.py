"""Records in a CSV file with a header. Its separator, its line ends and a byte order mark stay as they are."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from dro_lang.runtime.outside.actions.records.files import change, content
from dro_lang.runtime.outside.actions.records.store import RECORD_FAILED, Cell, missing, not_one
from dro_lang.runtime.outside.failures import Failure

_MARK = "\ufeff"
_SEPARATORS = ",;\t|"


@frozen
class CsvFile:
    path: Path
    key: str

    def columns(self) -> tuple[str, ...] | Failure:
        text = content(self.path)
        if isinstance(text, Failure):
            return text
        header = text.removeprefix(_MARK).split("\n", 1)[0]
        return tuple(next(csv.reader([header], delimiter=_separator(header)), ()))

    def update(self, id: str, values: Mapping[str, Cell]) -> Failure | None:
        return change(self.path, lambda text: self._changed(text, id, values))

    def _changed(self, text: str, id: str, values: Mapping[str, Cell]) -> str | Failure:
        mark, body = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
        separator = _separator(body.split("\n", 1)[0])
        try:
            rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True))
        except csv.Error as error:
            return Failure(RECORD_FAILED, f"`{self.path}` is not CSV: {error}")
        header = tuple(rows[0]) if rows else ()
        unfit = missing(header, values, self.key)
        if unfit is not None:
            return unfit
        at = header.index(self.key)
        found = [row for row in rows[1:] if len(row) == len(header) and row[at] == id]
        unfit = not_one(len(found))
        if unfit is not None:
            return unfit
        for name, value in values.items():
            found[0][header.index(name)] = _cell(value)
        out = io.StringIO(newline="")
        ends = "\r\n" if "\r\n" in body else "\n"
        csv.writer(out, delimiter=separator, lineterminator=ends).writerows(rows)
        return mark + out.getvalue()


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
