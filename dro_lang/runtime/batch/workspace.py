"""The folder beside an output in which its parts are kept until all of them are there, and what is done so far."""

import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

from attrs import define, evolve, field

from dro_lang import __version__
from dro_lang.program.packed import pack
from dro_lang.records.problems import OutputError
from dro_lang.records.streams import files_of
from dro_lang.records.tables.address import Table
from dro_lang.runtime.batch.job import Job

_STATE = "state.json"


@define
class Workspace:
    """Parts that are written are found again by the next run of the same job, which goes on after them."""

    folder: Path
    done: dict[int, list[int]] = field(factory=dict)
    """By part that is written, where in it the rows stand that could not be read as columns (bytes)."""
    _job: str = ""
    resumed: bool = False

    @classmethod
    def beside(cls, folder: Path, job: Job) -> "Workspace":
        """Open the folder, or make it; what stands in it of another job, or of inputs since changed, is taken away.

        Raises OutputError where that cannot be.
        """
        key = _fingerprint(job)
        try:
            done = _read(folder / _STATE, key)
            if not done:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from None
        return cls(folder, done, key, resumed=bool(done))

    def part(self, number: int) -> Path:
        return self.folder / f"part-{number:06}.parquet"

    def scratch(self, name: str) -> Path:
        """A file that is of use while a command runs, and only then."""
        return self.folder / f"scratch-{name}"

    def keep(self, number: int, written: Path, dropped: list[int]) -> None:
        """A part is written: from now on it is not done again."""
        os.replace(written, self.part(number))
        self.done[number] = dropped
        self._save()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _save(self) -> None:
        state = {"job": self._job, "done": {str(number): dropped for number, dropped in self.done.items()}}
        draft = self.folder / f"{_STATE}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.folder / _STATE)


def unwritable(path: Path | str, error: OSError) -> OutputError:
    why = (error.strerror or str(error)).lower()
    return OutputError(f"`{path}` cannot be written: {why}", "give room, or name another file")


def _read(path: Path, key: str) -> dict[int, list[int]]:
    try:
        state: Any = json.loads(path.read_text(encoding="utf-8"))
        if state["job"] == key:
            return {int(number): dropped for number, dropped in state["done"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}


def _as_it_is(file: Path) -> tuple[int, int]:
    """By what a file is known to be unchanged."""
    stat = os.stat(file)
    return stat.st_size, stat.st_mtime_ns


def _fingerprint(job: Job) -> str:
    """What a job is: the program and its version, the day, and the inputs as they are now."""
    inputs: list[list[str | int]] = []
    for source in job.inputs.paths:
        if isinstance(source, Table) and source.file is None:
            # Nothing tells whether it is still as it was.
            inputs.append([str(source), time_ns()])
        inputs += [[str(source), os.path.abspath(file), *_as_it_is(file)] for file in files_of(source)]
    limits = [job.limits.part_rows, job.limits.part_bytes]
    program = pack(evolve(job.program, tests=(), properties=()))
    known = [__version__, program, job.plan.name, job.today.isoformat(), inputs, limits]
    return sha256(json.dumps(known).encode()).hexdigest()
