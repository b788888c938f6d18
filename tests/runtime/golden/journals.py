"""Journals as files: the program, then a plan's entries as they stand in the store, then its state at the end.

python -m tests.runtime.golden.journals      # writes those of this version; earlier ones are never touched
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from dro_lang import __version__
from dro_lang.kernel.codec import state_to_json
from dro_lang.program.serial import to_json
from tests.runtime.faults.test_crashes import PLAN, SCRIPTS, Process, lived

FOLDER = Path(__file__).parent / "versions"

Line = Mapping[str, Any]


def lines_of(process: Process, plan_id: str) -> Iterator[Line]:
    yield {"program": to_json(PLAN), "plan": "P", "plan_id": plan_id}
    query = (
        "SELECT j.number, j.event, j.history, j.checksum FROM journal j JOIN plans p ON p.key = j.plan"
        " WHERE p.id = ? ORDER BY j.number"
    )
    with closing(sqlite3.connect(process.store.path)) as file:
        entries = file.execute(query, (plan_id,)).fetchall()
    for number, event, history, guard in entries:
        yield {"number": number, "event": event, "history": history, "checksum": guard}
    yield {"state": state_to_json(process.store.load(plan_id).state)}


def read(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    folder = FOLDER / __version__
    folder.mkdir(parents=True, exist_ok=True)
    for script in SCRIPTS:
        process = lived(Path(tempfile.mkdtemp()) / "plans.db", script, None)
        for state in process.states():
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines_of(process, state.id))
            name = script.replace(",", "").replace(" ", "-")
            (folder / f"{name}-{state.id}.ndjson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
