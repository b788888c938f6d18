"""Where the results of many records and their rejects go, and what may not be written."""

from pathlib import Path

from dro_lang.cli.output import Misuse, same_file
from dro_lang.records.load import Inputs
from dro_lang.records.streams import STANDARD_INPUT, files_of
from dro_lang.records.tables.address import Source, Table


def rejects_beside(records: Source, out: Path | Table | None) -> Path:
    """Where rejects go by default: beside the output if that is a file, otherwise to the working directory."""
    if isinstance(out, Path) and (out.is_file() or not out.exists()):
        return out.with_name(f"{out.stem}.rejects.ndjson")
    about = out if isinstance(out, Table) else records
    if isinstance(about, Table):
        stem = (about.name or about.system).replace("/", "-")
    else:
        stem = "stdin" if about == STANDARD_INPUT else Path(about).stem
    return Path(f"{stem}.rejects.ndjson")


def guard(inputs: Inputs, plan: Path, out: Path | Table | None, rejects: Path) -> None:
    """Raise Misuse where an output would overwrite an input, or the other output."""
    read = [plan, *(file for source in inputs.paths for file in files_of(source))]
    if isinstance(out, Table):
        # A database that is read may get another table.
        spoilt, file = any(out.is_same(source) for source in inputs.paths), out.file
    else:
        spoilt, file = out is not None and any(same_file(out, path) for path in read), out
    if spoilt:
        raise Misuse(f"--out `{out}` is an input, and would be overwritten")
    if any(same_file(rejects, path) for path in read):
        raise Misuse(f"--rejects `{rejects}` is an input, and would be overwritten")
    if file is not None and same_file(file, rejects):
        raise Misuse(f"--out and --rejects are the same file, `{file}`")
