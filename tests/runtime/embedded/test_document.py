"""The examples of docs/engine.md run, one after the other."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell, drolang

__all__ = ["drolang"]

PAGE = Path(__file__).parents[3] / "docs" / "engine.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_examples_run(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drolang("new", "reminders")
    monkeypatch.chdir(tmp_path / "reminders")
    names: dict[str, Any] = {}
    for example in EXAMPLES:
        exec(example, names)
    assert [receipt.plan_id for receipt in names["receipts"]] == ["A-1", "A-2", "A-3"]
    assert [row.header.plan_id for row in names["rows"]] == ["A-1", "A-3"]
    names["store"].close()
