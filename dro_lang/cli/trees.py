"""Compiled files with their syntax trees, for the commands that need these too."""

from collections.abc import Iterator
from pathlib import Path

from dro_lang.cli.sources import check_there, read, tell
from dro_lang.pipeline import Checked, check_texts
from dro_lang.source import Source


def checked(*paths: Path) -> Iterator[Checked]:
    """Compile files, in their order; what several of them import is compiled once."""
    texts = [(read(path), path) for path in paths]
    compiled = check_texts([(source, path) for source, path in texts if isinstance(source, Source)])
    for source, _ in texts:
        yield next(compiled) if isinstance(source, Source) else Checked(source.span.source, None, (source,))


def told(path: Path, color: str) -> Checked:
    """A file, compiled, with its findings told on standard error. Raises Misuse for a file that is not there."""
    check_there(path)
    (result,) = checked(path)
    tell(result.diagnostics, color)
    return result
