"""What operators see of one plan, of queues, integrations and programs; and the documents that say it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dro_lang.kernel.history import StepChanged
from dro_lang.kernel.standings import Verdict
from dro_lang.kernel.states import PlanStatus
from dro_lang.records.validate import row_of
from dro_lang.runtime.embedded.lists import PlanFilter, Sight, StepFilter
from dro_lang.runtime.embedded.port import Submitted
from dro_lang.runtime.operations import documents
from dro_lang.runtime.operations.actions import StepAction, StepVerb, Target
from dro_lang.runtime.operations.queries import QueueLine
from tests.kernel.builders import at
from tests.runtime.operations.builders import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "plans.db", "C-1", "C-2")
    yield office
    office.close()


def test_a_plan_in_full_has_its_steps_with_what_they_wait_for_and_why(office: Office) -> None:
    view = office.queries.plan("C-1")
    steps = {str(step.view.id): step for step in view.steps}
    end = steps["Work.end"]
    assert [wait.verdict for wait in end.waits] == [Verdict.OPEN] * 5
    assert end.waits[3].steps == (at("Work.check", "p1"),)
    assert not end.any_of
    assert end.view.reason.startswith("waits for Work.send and Work.book")
    assert view.why.selection.matched == ("all",)
    assert view.points_of_no_return == ()
    assert (str(view.zone), view.row.status, view.entries) == ("Europe/Berlin", PlanStatus.IN_PROGRESS, 3)


def test_a_plan_that_is_not_there_is_told(office: Office) -> None:
    with pytest.raises(KeyError):
        office.queries.plan("C-9")
    with pytest.raises(KeyError):
        list(office.queries.history("C-9"))


def test_a_history_begins_with_the_submission_and_says_who_did_what(office: Office) -> None:
    list(office.operations.perform(StepAction(StepVerb.RETRY, "ann"), [Target("C-1", at("Work.send"))]))
    lines = list(office.queries.history("C-1"))
    assert isinstance(lines[0].what, Submitted)
    assert [line.number for line in lines] == sorted(line.number for line in lines)
    last = lines[-1].what
    assert isinstance(last, StepChanged)
    assert (str(last.step), last.target.value, last.by) == ("Work.send", "in_progress", "ann")
    assert list(office.queries.history("C-1", first=lines[-1].number)) == [lines[-1]]
    assert len(list(office.queries.history("C-1", limit=2))) == 2


def test_queues_have_their_tasks_and_what_fell_out(office: Office) -> None:
    office.claimed("C-1", "ann")
    assert office.queries.queues(Sight()) == [
        QueueLine("Fallout", 0, 0, 2),
        QueueLine("Q", 2, 1, 0),
        QueueLine(None, 2, 2, 0),
    ]
    assert [line.queue for line in office.queries.queues(Sight(queues=frozenset({"Q"})))] == ["Q", None]
    assert office.queries.queues(Sight(objects=frozenset())) == []


def test_programs_have_their_plans(office: Office) -> None:
    [line] = office.queries.programs()
    assert line.plans == {"P": {PlanStatus.IN_PROGRESS: 2}, "Quiet": {}}


def test_documents_are_json_in_the_zone_of_the_plan(office: Office) -> None:
    queries = office.queries
    view = queries.plan("C-1")
    document = documents.view_document(view)
    assert json.loads(json.dumps(document)) == document
    assert document["submitted_at"] == "2026-03-02T09:00:00+01:00"
    assert document["points_of_no_return"] == []
    blueprint = view.kernel.blueprint
    assert row_of(document["record"], blueprint.context.attributes, blueprint.program) == view.state.row
    call = next(step for step in document["step_list"] if step["step"] == "call")
    assert (call["due_at"], call["queue"], call["state"]) == ("2026-03-04T09:00:00+01:00", "Q", "ready")
    [row, _] = queries.plans(PlanFilter()).rows
    assert documents.plan_document(row, view.zone).items() <= document.items()
    rows = queries.steps(StepFilter(plan_id="C-1")).rows
    assert [documents.step_document(each, view.zone)["state"] for each in rows][:2] == ["fatally_failed", "in_progress"]
    told = [documents.history_document(line, view.zone) for line in queries.history("C-1")]
    assert (told[0]["what"], told[0]["scenarios"], told[1]["what"]) == ("submitted", ["all"], "plan")
    for line in queries.integrations():
        assert documents.integration_document(line)["online"] is True
    assert documents.program_document(queries.programs()[0])["plans"]["P"] == {"in_progress": 2}


def test_results_are_in_the_document_of_a_plan(office: Office) -> None:
    action = StepAction(StepVerb.COMPLETE, "ann", {"score": 7})
    list(office.operations.perform(action, [Target("C-1", at("Work.check", "p1"))]))
    steps = documents.view_document(office.queries.plan("C-1"))["step_list"]
    assert next(step["results"] for step in steps if step["step"] == "check") == {"score": 7}
