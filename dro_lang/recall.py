"""What was found in a file, recalled where neither it has changed since, nor anything that it imports.

There is one entry for a file, named after its path and after all that findings come from besides: drolang and Python.
It holds digests of the texts that it was made from, and is used where each of them is still there. What cannot be read,
or is no entry, is as good as none: the cache saves time and does nothing else.
"""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from attrs import define, field

from dro_lang import __version__
from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Safety
from dro_lang.loader import Loader, as_known, source_root
from dro_lang.pipeline import Checked, check_texts
from dro_lang.resources import resource
from dro_lang.source import Source, Span
from dro_lang.syntax.tables.store import cache_directory, read_json, write_json

MOST_ENTRIES = 10_000
"""Beyond so many, those that were written longest ago are removed."""


def findings(texts: Sequence[tuple[Source, Path]]) -> list[tuple[Diagnostic, ...]]:
    """What there is to be found in each text of a file; `check_texts` is asked where it is not known."""
    directory = cache_directory()
    if directory is None:
        return [each.diagnostics for each in check_texts(texts)]
    memory = _Memory(directory, {path.resolve(): source for source, path in texts})
    known = [memory.recall(source, path) for source, path in texts]
    unknown = [text for text, recalled in zip(texts, known, strict=True) if recalled is None]
    checked = list(check_texts(unknown))
    for (source, path), result in zip(unknown, checked, strict=True):
        memory.keep(source, path, result)
    if unknown:
        _tidy(directory)
    others = iter(checked)
    return [next(others).diagnostics if recalled is None else recalled for recalled in known]


@define
class _Memory:
    directory: Path
    sources: dict[Path, Source]
    _digests: dict[Path, str] = field(factory=dict)

    def recall(self, source: Source, path: Path) -> tuple[Diagnostic, ...] | None:
        """What was found in a file, if it is known."""
        entry = read_json(self.directory, _name(path))
        with suppress(LookupError, TypeError, ValueError, AttributeError, OSError):
            if entry["text"] != _digest(source) or entry["root"] != str(source_root(path, entry["module"])):
                return None
            files = [Path(name) for name, _ in entry["imports"]]
            if all(self.digest(file) == digest for file, (_, digest) in zip(files, entry["imports"], strict=True)):
                sources = [source, *(self.sources[file] for file in files)]
                return tuple(_finding(each, sources) for each in entry["findings"])
        return None

    def digest(self, file: Path) -> str:
        if file not in self._digests:
            if file not in self.sources:
                self.sources[file] = Source.read(file, as_known(file))
            self._digests[file] = _digest(self.sources[file])
        return self._digests[file]

    def keep(self, source: Source, path: Path, checked: Checked) -> None:
        """Keep what was found in a file. Where an import leads nowhere, it could lead somewhere without that a text
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
        entry = {
            "text": _digest(source),
            "module": name,
            "root": str(load.root),
            "imports": [(str(load.path(module.path)), _digest(module.source)) for module in others],
            "findings": [_plain(each, numbers) for each in checked.diagnostics],
        }
        write_json(self.directory, _name(path), entry)


def _tidy(directory: Path) -> None:
    """Remove the oldest entries where there are too many."""
    with suppress(OSError):
        entries = list(directory.glob("findings-*.json"))
        if len(entries) > MOST_ENTRIES:
            entries.sort(key=lambda each: each.stat().st_mtime)
            for old in entries[: -MOST_ENTRIES // 2]:
                old.unlink(missing_ok=True)


def _digest(source: Source) -> str:
    return hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()


def _name(path: Path) -> str:
    key = f"{_version()} {path.resolve()}".encode("utf-8", "surrogateescape")
    return f"findings-{hashlib.sha256(key).hexdigest()[:32]}.json"


@cache
def _version() -> str:
    """Changes with all that findings come from besides texts: the grammar, this code, Python."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    code = Path(__file__).parent
    for folder in (code, *(code / name for name in MAKERS), resource("grammar")):
        for file in sorted(folder.glob("*.py" if folder == code else "**/*")):
            if file.is_file() and file.suffix in (".py", ".lark", ".txt", ".md"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


MAKERS = ("syntax", "semantics", "program", "conditions", "analysis", "diagnostics")
"""The folders of the code that finds."""


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
