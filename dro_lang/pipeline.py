"""The whole compiler on one screen: text → tree → modules and names → checked program → what can be proved of it.

Every stage gives what it could make and what it found; nothing is raised. A program comes out only where there is no
error, so whatever reads one may rely on all that the checker promises.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import field, frozen

from dro_lang.analysis.findings import analyse
from dro_lang.diagnostics.diagnostic import Diagnostic, has_errors
from dro_lang.parts import parts_of
from dro_lang.program.model import Program
from dro_lang.semantics.check import check, conclude
from dro_lang.semantics.modules import Load, World, gather
from dro_lang.semantics.together import Part
from dro_lang.source import Source
from dro_lang.syntax.parser import parse


@frozen
class Checked:
    """What became of a file: the program where it has no error, and every finding in it and in what it imports.

    `world` has the syntax trees of the file and of its imports; there is none for a file that cannot be read.
    """

    source: Source
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    world: World | None = field(default=None, eq=False, repr=False)


def check_source(source: Source, module: str, load: Load) -> Checked:
    """Compile a module. `load` gives the sources of those that it imports."""
    return _checked(Part.of(*gather(source, parse(source), module, load)))


def check_file(path: Path) -> Checked:
    """Compile a file. Raises OSError or UnicodeDecodeError if it cannot be read itself."""
    return check_text(Source.read(path), path)


def check_text(source: Source, path: Path) -> Checked:
    """Compile a text as what stands, or is to stand, in a file."""
    return next(check_texts([(source, path)]))


def check_texts(texts: Sequence[tuple[Source, Path]]) -> Iterator[Checked]:
    """Compile texts, each as by itself; what several of them import is read, parsed and checked once."""
    return map(_checked, parts_of(texts))


def _checked(part: Part) -> Checked:
    world = part.world
    program, problems = conclude(world, part.examined)
    diagnostics = (*part.found, *problems)
    if program is not None and not has_errors(diagnostics):
        diagnostics += tuple(analyse(world, program))
    return Checked(world.entry.source, None if has_errors(diagnostics) else program, diagnostics, world)


def program_to_prove(checked: Checked) -> Program | None:
    """The program of a file, also where all that is wrong with it is what the analysis found."""
    if checked.program is not None or checked.world is None:
        return checked.program
    return check(checked.world)[0]
