"""Deploying programs: compiled from text, kept in the store, and current for their objects from then on."""

from collections.abc import Mapping

from dro_lang.loader import Loader
from dro_lang.pipeline import Checked, check_source
from dro_lang.program.model import Program
from dro_lang.program.serial import content_hash
from dro_lang.resources import resource
from dro_lang.server.plans.current import Current
from dro_lang.server.plans.reading import Reader
from dro_lang.server.services import Services
from dro_lang.source import Source


def checked_text(module: str, text: str, imports: Mapping[str, str]) -> Checked:
    """Compile a module from its text and those of the modules that it imports; `std.*` is there. Nothing else is
    read."""
    library = Loader(resource("stdlib"))

    def load(name: str) -> Source | None:
        if name in imports:
            return Source(f"{name}.dro", imports[name])
        return library(name) if name.startswith("std.") else None

    return check_source(Source(f"{module}.dro", text), module, load)


def deploy(services: Services, reader: Reader, program: Program, source: str) -> tuple[str, list[Current]]:
    """Keep a program, and have its plans count for their objects. Gives its hash, and the plans that count no more.
    Raises StoreError."""
    hash = content_hash(program)
    with reader.store.transaction():
        reader.store.add_program(hash, program, source)
    return hash, services.current.make_current(program, hash)
