"""The pages of programs."""

from typing import Annotated

from attrs import frozen
from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from dro_lang.kernel.states import PlanStatus
from dro_lang.program.model import Program
from dro_lang.server.console.layout import console_page
from dro_lang.server.console.plan_list import short
from dro_lang.server.console.programs.comparing import Hunk, Meaning, hunks, meaning
from dro_lang.server.console.programs.design import Workspace, workspace
from dro_lang.server.console.programs.source import Line, highlighted
from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller

router = APIRouter(include_in_schema=False)

Hash = Annotated[str, Path(min_length=1, max_length=255)]


@frozen
class PlanCount:
    """A plan of a program, with how many there are of it. `current`: records get it now, for these objects."""

    name: str
    version: int
    object: str
    usage: str
    doc: str
    counts: dict[PlanStatus, int]
    current: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@frozen
class ProgramLine:
    """`before` is the hash of the one deployed before it with the same module."""

    hash: str
    module: str
    plans: tuple[PlanCount, ...]
    before: str | None

    @property
    def short(self) -> str:
        return short(self.hash)

    @property
    def current(self) -> bool:
        return any(plan.current for plan in self.plans)


@frozen
class ProgramPage:
    line: ProgramLine
    others: tuple[ProgramLine, ...]
    view: str
    source: tuple[Line, ...] = ()
    workspaces: tuple[Workspace, ...] = ()


@frozen
class Comparison:
    old: ProgramLine
    new: ProgramLine
    hunks: tuple[Hunk, ...]
    meaning: Meaning


@router.get("/programs")
def show_programs(request: Request, caller: TheCaller) -> HTMLResponse:
    caller.require(Operation.VIEW_PROGRAMS)
    with caller.services.readers.one() as reader:
        lines = tuple(reversed(program_lines(caller, reader)))
    return console_page(request, caller, "programs.html", "/programs", programs=lines)


def program_lines(caller: Caller, reader: Reader) -> list[ProgramLine]:
    """All programs, oldest first."""
    current = {(each.program, each.plan) for each in caller.services.current.all()}
    latest: dict[str, str] = {}
    lines: list[ProgramLine] = []
    for found in reader.queries.programs():
        program = reader.store.program(found.hash)
        plans = tuple(
            PlanCount(
                plan.name,
                plan.version,
                program.mappings[plan.mapping].object,
                plan.usage,
                plan.doc,
                dict(found.plans.get(plan.name, {})),
                (found.hash, plan.name) in current,
            )
            for plan in program.plans.values()
        )
        lines.append(ProgramLine(found.hash, found.module, plans, latest.get(found.module)))
        latest[found.module] = found.hash
    return lines


@router.get("/programs/{program}")
def show_program(request: Request, caller: TheCaller, program: Hash) -> HTMLResponse:
    caller.require(Operation.VIEW_PROGRAMS)
    view = "source" if request.query_params.get("view") == "source" else "design"
    with caller.services.readers.one() as reader:
        lines = {line.hash: line for line in program_lines(caller, reader)}
        checked = _program(reader, program)
        own = lines[program]
        others = tuple(line for line in lines.values() if line.module == own.module and line.hash != program)
        if view == "source":
            page = ProgramPage(own, others, view, source=highlighted(reader.store.source(program)))
        else:
            spaces = tuple(workspace(checked, plan) for plan in checked.plans.values())
            page = ProgramPage(own, others, view, workspaces=spaces)
    return console_page(request, caller, "program.html", "/programs", program=page)


@router.get("/programs/{old}/to/{new}")
def show_difference(request: Request, caller: TheCaller, old: Hash, new: Hash) -> HTMLResponse:
    caller.require(Operation.VIEW_PROGRAMS)
    with caller.services.readers.one() as reader:
        programs = _program(reader, old), _program(reader, new)
        lines = {line.hash: line for line in program_lines(caller, reader)}
        texts = reader.store.source(old), reader.store.source(new)
    page = Comparison(lines[old], lines[new], hunks(*texts), meaning((old, new), *programs))
    return console_page(request, caller, "difference.html", "/programs", difference=page)


def _program(reader: Reader, hash: str) -> Program:
    try:
        return reader.store.program(hash)
    except KeyError:
        raise nothing_there(f"program `{hash}`") from None
