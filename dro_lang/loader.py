"""Where modules are found on disk: below the source root, and `std.*` in the standard library. Of files that are
compiled together each is read and parsed once, and what they share is examined once."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from attrs import field, frozen

from dro_lang.resources import resource
from dro_lang.semantics.modules import gather
from dro_lang.semantics.together import Part, together
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse

SETTINGS = "drolang.toml"


def parts_of(texts: Sequence[tuple[Source, Path]]) -> Iterator[Part]:
    """For each text of a file: its module with all that it imports, examined."""
    parse_once = cache(parse)
    known: dict[Path, Source] = {}
    places = [Place.of(path, parse_once(source).tree, known) for source, path in texts]
    groups: dict[Loader, dict[str, Source]] = {}
    for (source, path), place in zip(texts, places, strict=True):
        # A file that calls itself by another name than its path is another module to those that import it.
        if place.load.path(place.module) == path.resolve():
            known[path.resolve()] = groups.setdefault(place.load, {})[place.module] = source
    shared: dict[Source, Part] = {}
    for load, sources in groups.items():
        if len(sources) > 1:
            shared |= together(sources, load, parse_once)
    for (source, _), place in zip(texts, places, strict=True):
        alone = (source, parse_once(source), place.module, place.load, parse_once)
        yield shared.get(source) or Part.of(*gather(*alone))


@frozen
class Loader:
    """Loads modules by their dotted path from below a source root. What it has read is `known`, and not read again."""

    root: Path
    known: dict[Path, Source] = field(factory=dict, eq=False, repr=False)

    def __call__(self, module: str) -> Source | None:
        """Raises OSError or UnicodeDecodeError where there is a file that cannot be read."""
        path = self.path(module)
        if path not in self.known and path.is_file():
            self.known[path] = Source.read(path, as_known(path))
        return self.known.get(path)

    def path(self, module: str) -> Path:
        """The file that a module is looked for in."""
        home = resource("stdlib") if module.startswith("std.") else self.root
        return home.joinpath(*module.split(".")).with_suffix(".dro")


@frozen
class Place:
    """Where a file stands among others: the path of its module, and where its imports come from."""

    module: str
    load: Loader

    @classmethod
    def of(cls, path: Path, tree: ast.File, known: dict[Path, Source]) -> "Place":
        """The place of a file with such a text."""
        name = tree.header.module.dotted if tree.header and tree.header.module else None
        root = source_root(path, name)
        below_root = ".".join(path.resolve().relative_to(root).with_suffix("").parts)
        return cls(name or below_root, Loader(root, known))


def as_known(path: Path) -> str:
    """The path as a person would write it: from the working directory, where it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def source_root(file: Path, module: str | None) -> Path:
    """The folder from which a file's imports are looked up: the nearest one above it that holds `drolang.toml`, else
    the one below which the file's path is that of its module, else its own."""
    folder = file.resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / SETTINGS).is_file():
            return candidate
    parts = (module or "").split(".")
    if tuple(parts) == (*folder.parts, file.stem)[-len(parts) :]:
        return folder.parents[len(parts) - 2] if len(parts) > 1 else folder
    return folder
