"""Submission: DRO's `orchestrateTransaction`, with its names."""

from collections.abc import Iterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field, StrictBool

from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Row
from dro_lang.records.find import find_record
from dro_lang.records.load import Accepted, InputError, Position, Rejected, load_one
from dro_lang.records.validate import row_of, row_to_data
from dro_lang.runtime.embedded.requests import Receipt, Submit, SubmittedRecord
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.server.api.asked import Asked, Text
from dro_lang.server.api.routes import CHANGES, ApiRoute
from dro_lang.server.api.said import Said
from dro_lang.server.plans.current import Current
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights import audit
from dro_lang.server.rights.permissions import Operation, Record, Subject
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["submission"], route_class=ApiRoute)


class Transaction(Asked):
    """A record to be orchestrated: as it is; or by its id, where the configuration says where records stand, or it was
    submitted before."""

    object: Text = Field(description="The object that it is of, such as CollectionPlan.")
    transactionId: Text | None = None
    orchestrationType: Text = Field(default="Generic", description="The usage type.")
    record: dict[str, Any] | None = Field(
        default=None,
        max_length=2000,
        description="Its fields as the mapping of the plan names them; its items nested, or under the name of their "
        "object.",
    )
    plan: Text | None = Field(default=None, description="Which plan, where a program has several for the object.")
    anew: StrictBool = Field(default=False, description="A new plan, also where the record has one.")


class Orchestrated(Said):
    """What became of it. A record that does not fit, or gets no plan, is an `Error` with its code and reason."""

    requestId: str | None
    fulfillmentPlanId: str | None
    submitStatus: Literal["Success", "Error"]
    errorCode: str | None
    reason: str | None = None
    existing: bool = Field(default=False, description="Whether the record had this plan already.")
    problems: list[dict[str, str | None]] = Field(default=[], description="What does not fit in the record.")


@router.post("/actions/orchestrateTransaction", responses=CHANGES)
def orchestrate_transaction(caller: TheCaller, transaction: Transaction, request: Request) -> Orchestrated:
    """Give a record its plan, and start that. A record that has one already keeps it, unless it is to start anew.

    With an `Idempotency-Key` it happens once, even if the server breaks down in between."""
    about = f"{transaction.object}/{transaction.transactionId or _id_in(transaction.record) or '?'}"
    caller.require(Operation.SUBMIT, Subject(transaction.object), about)
    if transaction.transactionId is None and transaction.record is None:
        raise Problem(422, "S0201", "give a `transactionId` or a `record`")
    current = _current(caller, transaction)
    with caller.services.readers.one() as reader:
        program = reader.store.program(current.program)
        found = _row(caller, reader, program, program.plans[current.plan], transaction)
    if isinstance(found, Rejected):
        return _rejected(caller, transaction, found)
    key = request.headers.get("idempotency-key")
    submit = Submit(
        current.program,
        current.plan,
        found,
        transaction.anew,
        None if key is None else f"{caller.actor.id} {key}",
        caller.principal.name,
    )
    receipt = caller.services.carrier.ask(submit)
    if not isinstance(receipt, Receipt):
        raise Problem(503, "S0501", "the program is not in the store any more")
    _note(caller, Record(transaction.object, str(found["id"])), receipt)
    return Orchestrated(
        requestId=receipt.request_id,
        fulfillmentPlanId=receipt.plan_id,
        submitStatus="Success" if receipt.plan_id else "Error",
        errorCode=receipt.error_code,
        reason=receipt.reason or None,
        existing=receipt.existing,
    )


def _current(caller: Caller, transaction: Transaction) -> Current:
    found = caller.services.current.of(transaction.object, transaction.orchestrationType)
    named = [each for each in found if transaction.plan in (None, each.plan)]
    if len(named) == 1:
        return named[0]
    kind = f"object `{transaction.object}` and orchestration type `{transaction.orchestrationType}`"
    if found and not named:
        raise Problem(422, "S0201", f"the program for {kind} has no plan `{transaction.plan}`")
    if not found:
        raise Problem(422, "S0201", f"no program has a plan for {kind}; deploy one")
    raise Problem(422, "S0201", f"there are several plans for {kind}: say which `plan`")


def _row(caller: Caller, reader: Reader, program: Program, plan: Plan, transaction: Transaction) -> Row | Rejected:
    """The record as the plan takes it. Raises Problem where it is not known, or is another one than is said."""
    if transaction.record is not None:
        found = load_one(program, plan, transaction.record, "record")
        if isinstance(found, Rejected):
            return found
        if transaction.transactionId not in (None, found.id):
            raise Problem(422, "S0201", f"the record has the id `{found.id}`, not `{transaction.transactionId}`")
        return found.row
    assert transaction.transactionId is not None
    stands = _where_it_stands(caller, program, plan, transaction)
    if stands is not None:
        return stands if isinstance(stands, Rejected) else stands.row
    plans = reader.store.plans_of(transaction.object, transaction.transactionId, plan.usage)
    if not plans:
        raise Problem(
            404,
            "S0202",
            f"the server does not know the record `{transaction.transactionId}`: none was submitted under this id; "
            f"send it as `record`, or say in `[objects.{transaction.object}]` of drolang.toml where records stand",
        )
    loaded = reader.store.load(plans[-1])
    before = reader.queries.kernel(loaded.header)
    # The program may have changed since: the record has to fit the one that counts now.
    data = row_to_data(loaded.state.row, before.blueprint.context.attributes, before.program)
    row = row_of(data, program.contexts[plan.context].attributes, program)
    if isinstance(row, tuple):
        return Rejected(Position("its latest plan"), transaction.transactionId, row)
    return row


def _where_it_stands(
    caller: Caller, program: Program, plan: Plan, transaction: Transaction
) -> Accepted | Rejected | None:
    """The record where the configuration says that those of its object stand. Raises Problem (503)."""
    source = caller.services.configuration.objects.get(transaction.object)
    if source is None or transaction.transactionId is None:
        return None
    try:
        return find_record(program, plan, source.inputs(), transaction.transactionId)
    except InputError as error:
        raise Problem(503, "S0505", f"{error.message}: {error.help}") from None


def _rejected(caller: Caller, transaction: Transaction, rejected: Rejected) -> Orchestrated:
    problems = list(_told(rejected))
    first = rejected.problems[0]
    reason = "; ".join(f"{each['attribute'] or 'record'}: {each['reason']}" for each in problems[:3])
    request_id = None
    if rejected.id is not None:
        record, now = Record(transaction.object, rejected.id), caller.services.carrier.clock.now()
        with caller.services.readers.one() as reader, reader.store.transaction():
            submission = SubmittedRecord(record.object, record.id, now)
            request_id = reader.store.add_receipt(submission, None, None, first.code, reason)
        receipt = Receipt(request_id, None, "Error", first.code, reason)
        _note(caller, record, receipt)
    return Orchestrated(
        requestId=request_id,
        fulfillmentPlanId=None,
        submitStatus="Error",
        errorCode=first.code,
        reason=reason,
        problems=problems,
    )


def _told(rejected: Rejected) -> Iterator[dict[str, str | None]]:
    for problem in rejected.problems:
        yield {"attribute": problem.attribute, "code": problem.code, "reason": problem.reason}


def _note(caller: Caller, record: Record, receipt: Receipt) -> None:
    if receipt.plan_id is None:
        # No journal tells of it.
        caller.services.feed.tell(Change(0, "", record.object, record.id, 0))
    outcome = audit.Outcome.DONE if receipt.plan_id else audit.Outcome.REFUSED
    detail = {"plan": receipt.plan_id, "error": receipt.error_code}
    caller.note(
        Operation.SUBMIT,
        f"{record.object}/{record.id}",
        record.object,
        outcome,
        **{key: value for key, value in detail.items() if value},
    )


def _id_in(record: dict[str, Any] | None) -> str | None:
    """What looks like the id of a record that was not read yet."""
    found = next((record[key] for key in ("Id", "id") if key in record), None) if record else None
    return found if isinstance(found, str) and len(found) <= 255 else None
