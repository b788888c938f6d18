"""Where modules are found on disk: below the source root, and `std.*` in the standard library."""

from pathlib import Path

from attrs import field, frozen

from dro_lang.resources import resource
from dro_lang.source import Source

SETTINGS = "drolang.toml"


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
