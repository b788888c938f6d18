"""What a file came to, findings and program, recalled where neither it has changed, nor anything that it imports.

There is one entry of each kind for a file, named after its path and after all that it comes from besides: drolang and
Python. It holds digests of the texts that it was made from, and is used where each of them is still there. What cannot
be read, or is no entry, is as good as none: the cache saves time and does nothing else.
"""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from dro_lang import __version__
from dro_lang.cache import cache_directory, read_json, write_json
from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Safety
from dro_lang.loader import Loader, as_known, source_root
from dro_lang.program.model import Program
from dro_lang.program.packed import pack, unpack
from dro_lang.resources import resource
from dro_lang.source import Source, Span

if TYPE_CHECKING:
    from dro_lang.pipeline import Checked

MOST_ENTRIES = 10_000
"""Beyond so many, those that were written longest ago are removed."""

_FINDINGS, _PROGRAM = "findings", "program"
_NO_ENTRY = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, ImportError, RecursionError, OSError)


@frozen
class Known:
    """The program of a file, where it has no error, and every finding."""

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


def findings(texts: Sequence[tuple[Source, Path]]) -> list[tuple[Diagnostic, ...]]:
    """What there is to be found in each text of a file; the compiler is asked where it is not known."""
    directory = cache_directory()
    if directory is None:
        return [each.diagnostics for each in _check(texts)]
    memory = _Memory(directory, _FINDINGS, {path.resolve(): source for source, path in texts})
    known = [memory.recall(source, path) for source, path in texts]
    unknown = [text for text, recalled in zip(texts, known, strict=True) if recalled is None]
    checked = _check(unknown)
    for (source, path), result in zip(unknown, checked, strict=True):
        memory.keep(source, path, result)
    if unknown:
        _tidy(directory)
    others = iter(checked)
    return [next(others).diagnostics if recalled is None else recalled.diagnostics for recalled in known]


def compiled(source: Source, path: Path) -> Known:
    """What a text of a file comes to; the compiler is asked where it is not known."""
    directory = cache_directory()
    memory = None if directory is None else _Memory(directory, _PROGRAM, {path.resolve(): source})
    known = None if memory is None else memory.recall(source, path)
    if known is not None:
        return known
    (checked,) = _check([(source, path)])
    if directory is not None and memory is not None and checked.program is not None:
        memory.keep(source, path, checked)
        _tidy(directory)
    return Known(checked.program, checked.diagnostics)


def _check(texts: Sequence[tuple[Source, Path]]) -> "list[Checked]":
    if not texts:
        return []
    # Where everything is known, the compiler is not even loaded.
    from dro_lang.pipeline import check_texts

    return list(check_texts(texts))


@define
class _Memory:
    directory: Path
    kind: str
    sources: dict[Path, Source]
    _digests: dict[Path, str] = field(factory=dict)

    def recall(self, source: Source, path: Path) -> Known | None:
        """What a file came to, if it is known."""
        entry = read_json(self.directory, _name(self.kind, path))
        with suppress(*_NO_ENTRY):
            if entry["text"] != _digest(source.text) or entry["root"] != str(source_root(path, entry["module"])):
                return None
            files = [Path(name) for name, _ in entry["imports"]]
            if all(self.digest(file) == digest for file, (_, digest) in zip(files, entry["imports"], strict=True)):
                sources = [source, *(self.sources[file] for file in files)]
                program = _unsealed(entry["program"]) if self.kind == _PROGRAM else None
                return Known(program, tuple(_finding(each, sources) for each in entry["findings"]))
        return None

    def digest(self, file: Path) -> str:
        if file not in self._digests:
            if file not in self.sources:
                self.sources[file] = Source.read(file, as_known(file))
            self._digests[file] = _digest(self.sources[file].text)
        return self._digests[file]

    def keep(self, source: Source, path: Path, checked: "Checked") -> None:
        """Keep what a file came to. Where an import leads nowhere, it could lead somewhere without that a text
        changes; then nothing is kept."""
        world = checked.world
        if world is None or source is not world.entry.source:
            return
        header = world.entry.tree.header
        name = header.module.dotted if header and header.module else None
        load = Loader(source_root(path, name))
        others = [module for module in world.modules.values() if module is not world.entry]
        wanted = {statement.path.dotted for module in world.modules.values() for statement in module.tree.imports}
        if not wanted <= world.modules.keys():
            return
        numbers = {each: number for number, each in enumerate([source, *(module.source for module in others)])}
        entry: dict[str, Any] = {
            "text": _digest(source.text),
            "module": name,
            "root": str(load.root),
            "imports": [(str(load.path(module.path)), _digest(module.source.text)) for module in others],
            "findings": [_plain(each, numbers) for each in checked.diagnostics],
        }
        if self.kind == _PROGRAM and checked.program is not None:
            entry["program"] = _sealed(checked.program)
        write_json(self.directory, _name(self.kind, path), entry)


def _tidy(directory: Path) -> None:
    """Remove the oldest entries where there are too many."""
    with suppress(OSError):
        entries = [each for kind in (_FINDINGS, _PROGRAM) for each in directory.glob(f"{kind}-*.json")]
        if len(entries) > MOST_ENTRIES:
            entries.sort(key=lambda each: each.stat().st_mtime)
            for old in entries[: -MOST_ENTRIES // 2]:
                old.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _name(kind: str, path: Path) -> str:
    key = f"{_version()} {path.resolve()}".encode("utf-8", "surrogateescape")
    return f"{kind}-{hashlib.sha256(key).hexdigest()[:32]}.json"


@cache
def _version() -> str:
    """Changes with all that entries come from besides texts: the grammar, this code, Python. Whether a file of these
    is another is told as Python tells it of modules that it has compiled: by when it was written, and its length."""
    code = Path(__file__).parent
    known = [__version__, sys.version, str(code)]
    folders = [code, *(code / name for name in MAKERS), Path(str(resource("grammar")))]
    while folders:
        folder = folders.pop()
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir() and folder != code and entry.name != "__pycache__":
                    folders.append(Path(entry.path))
                elif entry.name.endswith((".py", ".lark", ".txt", ".md")):
                    status = entry.stat()
                    known.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(known).encode("utf-8", "surrogateescape")).hexdigest()


MAKERS = ("syntax", "semantics", "program", "conditions", "analysis", "diagnostics")
"""The folders of the code that finds."""


# ---- programs as text, which is known to be as it was written


def _sealed(program: Program) -> list[str]:
    text = json.dumps(pack(program))
    return [_digest(text), text]


def _unsealed(sealed: Sequence[str]) -> Program:
    digest, text = sealed
    if _digest(text) != digest:
        raise ValueError("this program was changed since it was kept")
    return unpack(json.loads(text))


# ---- findings as JSON, spans by the number of their source


def _plain(found: Diagnostic, numbers: dict[Source, int]) -> dict[str, Any]:
    def span(each: Span) -> list[int]:
        return [numbers[each.source], each.start, each.end]

    return {
        "code": found.code,
        "message": found.message,
        "primary": [*span(found.primary.span), found.primary.text],
        "labels": [[*span(label.span), label.text] for label in found.labels],
        "notes": found.notes,
        "help": found.help,
        "fixes": [
            [fix.title, [[*span(edit.span), edit.text] for edit in fix.edits], fix.safety.value] for fix in found.fixes
        ],
    }


def _finding(plain: dict[str, Any], sources: Sequence[Source]) -> Diagnostic:
    def span(number: int, start: int, end: int) -> Span:
        return Span(sources[number], start, end)

    return Diagnostic(
        plain["code"],
        plain["message"],
        Label(span(*plain["primary"][:3]), plain["primary"][3]),
        tuple(Label(span(*label[:3]), label[3]) for label in plain["labels"]),
        tuple(plain["notes"]),
        plain["help"],
        tuple(
            Fix(title, tuple(Edit(span(*edit[:3]), edit[3]) for edit in edits), Safety(safety))
            for title, edits, safety in plain["fixes"]
        ),
    )
