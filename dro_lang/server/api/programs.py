"""Programs: which are deployed, their text, and deploying another one."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import PlainTextResponse

from dro_lang.diagnostics.render.json import finding
from dro_lang.program.serial import to_json
from dro_lang.runtime.operations.documents import Document, program_document
from dro_lang.server.api.asked import Asked
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import CurrentSaid, ProgramSaid, Said
from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.plans.current import Current, objects_of
from dro_lang.server.plans.deploying import checked_text, deploy
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import TheCaller
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["programs"], route_class=ApiRoute)

Hash = Annotated[str, Path(min_length=1, max_length=255)]
Text = Annotated[str, Field(max_length=500_000)]


@router.get("/programs", responses=READS, response_model=list[ProgramSaid])
def list_programs(caller: TheCaller) -> list[Document]:
    """The programs that were deployed, oldest first, with how many of their plans are in which state."""
    caller.require(Operation.VIEW_PROGRAMS)
    with caller.services.readers.one() as reader:
        return list(map(program_document, reader.queries.programs()))


@router.get("/programs/current", responses=READS)
def list_current(caller: TheCaller) -> list[CurrentSaid]:
    """Which plan records of each object get under each orchestration type."""
    caller.require(Operation.VIEW_PROGRAMS)
    return _said(caller.services.current.all())


@router.get("/programs/{program}", responses=READS)
def get_program(caller: TheCaller, program: Hash) -> dict[str, Any]:
    """A program, in the form of `drolang compile`."""
    caller.require(Operation.VIEW_PROGRAMS)
    with caller.services.readers.one() as reader:
        try:
            return to_json(reader.store.program(program))
        except KeyError:
            raise nothing_there(f"program `{program}`") from None


@router.get("/programs/{program}/source", responses=READS, response_class=PlainTextResponse)
def get_source(caller: TheCaller, program: Hash) -> str:
    """The text that a program was compiled from."""
    caller.require(Operation.VIEW_PROGRAMS)
    with caller.services.readers.one() as reader:
        try:
            return reader.store.source(program)
        except KeyError:
            raise nothing_there(f"program `{program}`") from None


class NewProgram(Asked):
    module: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=200)
    source: Text
    imports: dict[str, Text] = Field(default={}, max_length=200, description="The modules it imports, by their names.")


class Deployed(Said):
    program: str = Field(description="Its hash.")
    replaced: list[CurrentSaid] = Field(description="What records got so far; running plans keep it.")
    findings: list[dict[str, Any]] = Field(description="Warnings.")


@router.post("/programs", status_code=201, responses=CHANGES)
def deploy_program(caller: TheCaller, new: NewProgram) -> Deployed:
    """Check a program and deploy it: from now on, records of its objects get its plans. What is wrong with it is told
    as `drolang check --format json` does."""
    caller.require(Operation.DEPLOY, about=new.module)
    checked = checked_text(new.module, new.source, new.imports)
    findings = list(map(finding, checked.diagnostics))
    if checked.program is None:
        errors = sum(each["severity"] == "error" for each in findings)
        raise Problem(422, "S0201", f"the program has {errors} errors, and was not deployed", findings=findings)
    for object in objects_of(checked.program):
        caller.require(Operation.DEPLOY, Subject(object), new.module)
    with caller.services.readers.one() as reader:
        hash, replaced = deploy(caller.services, reader, checked.program, new.source)
    caller.note(Operation.DEPLOY, new.module, program=hash, plans=sorted(checked.program.plans))
    return Deployed(program=hash, replaced=_said(replaced), findings=findings)


def _said(current: Iterable[Current]) -> list[CurrentSaid]:
    return [
        CurrentSaid(object=each.object, usage=each.usage, plan=each.plan, program=each.program, at=each.at)
        for each in current
    ]
