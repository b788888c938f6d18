"""Files that are compiled together: each is read and parsed once, and what they share is examined once."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from attrs import frozen

from dro_lang.loader import Loader, source_root
from dro_lang.semantics.modules import gather
from dro_lang.semantics.together import Part, together
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse


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
