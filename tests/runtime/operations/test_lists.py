"""Lists: filters mean what they say, pages put together are the whole list, and indexes answer them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.kernel.events import Assign, Complete, Discard, Freeze
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Priority, StepKind
from dro_lang.program.serial import content_hash
from dro_lang.runtime.embedded.lists import (
    AT_RISK,
    Count,
    PlanFilter,
    PlanOrder,
    Sight,
    StepField,
    StepFilter,
    StepOrder,
)
from dro_lang.runtime.embedded.port import OPEN, PlanRow, StepRow
from dro_lang.runtime.embedded.sqlite import step_lists, walking
from dro_lang.runtime.operations import queries
from dro_lang.runtime.operations.fitting import fits
from dro_lang.runtime.operations.pages import BadCursor, Order, Page
from tests.kernel.builders import at
from tests.runtime.embedded.builders import MORNING, mapped
from tests.runtime.operations.builders import Office, busy_program

PROBE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Plans at different times, of which some are frozen, some have tasks that are late or taken, and some are done."""
    office = Office(tmp_path_factory.mktemp("lists") / "plans.db")
    house = office.house
    for number in range(12):
        house.submit(f"C-{number:02}", name=("acme", "Beta", "ACME ltd")[number % 3], parts=())
        house.engine.run_due()
        house.later(hours=5)
    house.engine.send("C-01", Freeze(MORNING))
    for plan in ("C-02", "C-03"):
        house.engine.send(plan, Assign(MORNING, at("Work.call"), "ann"))
    house.engine.send("C-04", Complete(MORNING, at("Work.call"), {"note": None}, "bob"))
    for step in ("Work.later", "Work.end", "Work.call"):
        house.engine.send("C-05", Discard(MORNING, at(step)))
    yield office
    office.close()


def some(values: object) -> st.SearchStrategy[frozenset[object]]:
    return st.frozensets(st.sampled_from(list(values)), max_size=2)  # type: ignore[call-overload]


def maybe(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from([None, None, *values])


PROGRAM = content_hash(mapped(busy_program()))
SIGHTS = st.builds(
    Sight,
    st.none() | some(["Case", "Other"]),
    st.none() | some(["Q", "Fallout"]),
    maybe("ann"),
)
STEP_FILTERS = st.builds(
    StepFilter,
    statuses=some(OPEN),
    kinds=some(StepKind),
    jeopardy=some(Jeopardy),
    plan_id=maybe("C-03", "C-99"),
    program=maybe(PROGRAM, "another"),
    plan=maybe("P", "Quiet"),
    group=maybe("Work", "None"),
    step=maybe("call", "send", "none"),
    queue=maybe("Q", "Fallout"),
    assignee=maybe("ann", "bob"),
    unassigned=st.booleans(),
    target=maybe("Erp", "Send"),
    error=maybe("BOUNCED"),
    due_before=maybe(MORNING + timedelta(hours=60)),
    sight=SIGHTS,
)
PLAN_FILTERS = st.builds(
    PlanFilter,
    statuses=some(PlanStatus),
    plan_id=maybe("C-03"),
    program=maybe(PROGRAM, "another"),
    plan=maybe("P", "Quiet"),
    scenario=maybe("all", "al", "none"),
    object=maybe("Case"),
    record_id=maybe("C-07"),
    priority=maybe(Priority.DEFAULT, Priority.HIGH),
    waiting=st.booleans(),
    submitted_from=maybe(MORNING + timedelta(hours=20)),
    submitted_before=maybe(MORNING + timedelta(hours=40)),
    search=maybe("C-0", "acme", "AC", "nobody"),
    having=st.none() | STEP_FILTERS,
    sight=st.builds(Sight, st.none() | some(["Case", "Other"])),
)


def means(filter: PlanFilter, row: PlanRow, steps: list[StepRow]) -> bool:
    """What a filter of plans says, once more in plain words."""
    header = row.header
    wanted = [(filter.plan_id, header.plan_id), (filter.plan, header.plan), (filter.object, header.object)]
    wanted += [(filter.program, header.program)]
    wanted += [(filter.record_id, header.record_id), (filter.priority, header.priority)]
    search = filter.search or ""
    found = [header.plan_id.startswith(search), header.record_id.startswith(search)]
    found.append(header.name.lower().startswith(search.lower()))
    return (
        all(asked is None or asked == is_ for asked, is_ in wanted)
        and (not filter.statuses or row.status in filter.statuses)
        and (filter.submitted_from is None or header.submitted_at >= filter.submitted_from)
        and (filter.submitted_before is None or header.submitted_at < filter.submitted_before)
        and any(found)
        and (not filter.waiting or row.wake is not None)
        and filter.scenario in (None, "all")
        and (filter.sight.objects is None or header.object in filter.sight.objects)
        and (filter.having is None or any(fits(filter.having, step) for step in steps))
    )


@PROBE
@given(filter=STEP_FILTERS)
def test_the_store_and_the_plain_words_mean_the_same_steps(office: Office, filter: StepFilter) -> None:
    store = office.desk.store
    meant = [row for row in store.list_steps(StepFilter(), limit=1000) if fits(filter, row)]
    assert store.list_steps(filter, limit=1000) == meant
    assert list(office.queries.each_step(filter)) == meant
    assert store.count_steps(filter) == len(meant)
    assert sum(store.tally_steps(StepField.QUEUE, filter).values()) == len(meant)


@PROBE
@given(filter=PLAN_FILTERS)
def test_the_store_and_the_plain_words_mean_the_same_plans(office: Office, filter: PlanFilter) -> None:
    store = office.desk.store
    steps = store.list_steps(StepFilter(), limit=1000)
    meant = [
        row
        for row in store.list_plans(PlanFilter(), limit=1000)
        if means(filter, row, [step for step in steps if step.plan_id == row.header.plan_id])
    ]
    assert store.list_plans(filter, limit=1000) == meant
    assert store.count_plans(filter) == len(meant)


@PROBE
@given(filter=STEP_FILTERS, by=st.sampled_from(StepOrder), descending=st.booleans(), limit=st.integers(1, 9))
def test_pages_of_steps_put_together_are_the_sorted_list(
    office: Office, filter: StepFilter, by: StepOrder, descending: bool, limit: int
) -> None:
    order = Order(by, descending)
    rows: list[StepRow] = []
    after: str | None = None
    while True:
        page = office.queries.steps(filter, order, after, limit)
        assert len(page.rows) == limit or page.next is None
        rows += page.rows
        after = page.next
        if after is None:
            break
    assert rows == office.desk.store.list_steps(filter, limit=1000, order=by, descending=descending)
    values = [{StepOrder.DUE: row.due_at, StepOrder.SINCE: row.since}.get(by) for row in rows]
    known = [value for value in values if value is not None]
    assert values == [*known, *[None] * (len(values) - len(known))]
    assert known == sorted(known, reverse=descending)
    assert {(row.plan_id, row.place) for row in rows} == {
        (row.plan_id, row.place) for row in office.desk.store.list_steps(filter, limit=1000)
    }


@PROBE
@given(filter=PLAN_FILTERS, by=st.sampled_from(PlanOrder), descending=st.booleans(), limit=st.integers(1, 5))
def test_pages_of_plans_put_together_are_the_sorted_list(
    office: Office, filter: PlanFilter, by: PlanOrder, descending: bool, limit: int
) -> None:
    order = Order(by, descending)
    rows: list[PlanRow] = []
    after: str | None = None
    while True:
        page = office.queries.plans(filter, order, after, limit)
        rows += page.rows
        after = page.next
        if after is None:
            break
    assert rows == office.desk.store.list_plans(filter, limit=1000, order=by, descending=descending)
    keys = {
        PlanOrder.SUBMITTED: lambda row: row.header.submitted_at,
        PlanOrder.UPDATED: lambda row: row.updated_at,
        PlanOrder.NEXT: lambda row: row.wake,
        PlanOrder.NAME: lambda row: row.header.name.lower(),
    }
    known = [value for value in map(keys[by], rows) if value is not None]
    assert known == sorted(known, reverse=descending)
    expected = evolve(filter, waiting=filter.waiting or by is PlanOrder.NEXT)
    assert len({row.header.plan_id for row in rows}) == len(rows) == office.desk.store.count_plans(expected)


@pytest.mark.parametrize("status", sorted(set(StepStatus) - OPEN - {StepStatus.AMENDED, StepStatus.CANCELED}))
def test_steps_that_no_index_has_are_looked_for_plan_by_plan(office: Office, status: StepStatus) -> None:
    filter = StepFilter(frozenset({status}))
    states = [
        (row.header.plan_id, office.desk.store.load(row.header.plan_id).state)
        for row in office.queries.each_plan(PlanFilter())
    ]
    expected = [(plan, step.id) for plan, state in states for step in state.steps if step.status is status]
    assert [(row.plan_id, row.id) for row in office.queries.each_step(filter)] == expected
    paged, after = [], None
    for _ in range(100):
        page = office.queries.steps(filter, after=after, limit=2)
        paged += [(row.plan_id, row.id) for row in page.rows]
        after = page.next
        if after is None:
            break
    assert paged == expected
    one = evolve(filter, plan_id="C-04")
    assert [(row.plan_id, row.id) for row in office.queries.each_step(one)] == [e for e in expected if e[0] == "C-04"]


def test_finished_steps_are_sorted_by_plan_alone(office: Office) -> None:
    with pytest.raises(ValueError, match="no other order"):
        office.queries.steps(StepFilter(frozenset({StepStatus.COMPLETED})), Order(StepOrder.DUE))


@pytest.mark.parametrize("cursor", ["", "x", "bm8", "W10", "WyJkdWUiLCBmYWxzZSwgMSwgMiwgM10"])
def test_what_is_no_cursor_is_told(office: Office, cursor: str) -> None:
    with pytest.raises(BadCursor):
        office.queries.steps(StepFilter(), Order(StepOrder.DUE), cursor)


def test_a_cursor_is_of_one_order(office: Office) -> None:
    after = office.queries.steps(StepFilter(), limit=1).next
    with pytest.raises(BadCursor, match="sorted otherwise"):
        office.queries.steps(StepFilter(), Order(StepOrder.DUE), after)


# ---- millions


FEW = 3
BY_UPDATE = Order(PlanOrder.UPDATED, descending=True)


@pytest.fixture
def looking_at_few() -> Iterator[None]:
    """As if the store were far larger than what is looked at for a page."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (walking, step_lists, queries):
            patch.setattr(module, "MOST_LOOKED_AT", FEW)
        patch.setattr(queries, "LOOKS_ON", 0)
        yield


@PROBE
@given(filter=PLAN_FILTERS, by=st.sampled_from(PlanOrder), descending=st.booleans(), limit=st.integers(1, 5))
def test_pages_of_plans_are_the_list_however_few_are_looked_at(
    office: Office, looking_at_few: None, filter: PlanFilter, by: PlanOrder, descending: bool, limit: int
) -> None:
    rows = paged(lambda after: office.queries.plans(filter, Order(by, descending), after, limit))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "MOST_LOOKED_AT", 1000)
        assert rows == office.desk.store.list_plans(filter, limit=1000, order=by, descending=descending)
    store = office.desk.store
    expected = evolve(filter, waiting=filter.waiting or by is PlanOrder.NEXT)
    about = store.about_plans(expected)
    assert store.count_plans(expected) == len(rows)
    assert about.number == len(rows) if about.exact else about.number <= len(rows)


@PROBE
@given(filter=STEP_FILTERS, by=st.sampled_from(StepOrder), descending=st.booleans(), limit=st.integers(1, 9))
def test_pages_of_steps_are_the_list_however_few_are_looked_at(
    office: Office, looking_at_few: None, filter: StepFilter, by: StepOrder, descending: bool, limit: int
) -> None:
    rows = paged(lambda after: office.queries.steps(filter, Order(by, descending), after, limit))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "MOST_LOOKED_AT", 1000)
        assert rows == office.desk.store.list_steps(filter, limit=1000, order=by, descending=descending)
    store = office.desk.store
    about = store.about_steps(filter)
    assert store.count_steps(filter) == len(rows)
    assert about.number == len(rows) if about.exact else about.number <= len(rows)


@pytest.mark.parametrize("state", [None, *PlanStatus])
@pytest.mark.parametrize("risk", sorted(AT_RISK))
def test_plans_at_risk_are_counted_however_many_there_are(
    office: Office, looking_at_few: None, risk: Jeopardy, state: PlanStatus | None
) -> None:
    states = frozenset() if state is None else frozenset({state})
    at_risk = PlanFilter(states, having=StepFilter(jeopardy=frozenset({risk})))
    counted = office.desk.store.about_plans(at_risk)
    assert counted == Count(len(office.desk.store.list_plans(at_risk, limit=1000)))
    assert office.desk.store.about_plans(evolve(at_risk, sight=Sight(frozenset({"Other"})))) == Count(0)
    if state in (None, PlanStatus.IN_PROGRESS) and risk is Jeopardy.LATE:
        assert counted.number > 1


def test_plans_that_are_set_aside_are_counted_however_many_there_are(tmp_path: Path, looking_at_few: None) -> None:
    office = Office(tmp_path / "plans.db", *(f"C-{number}" for number in range(FEW + 3)))
    store = office.house.store
    for number in range(FEW + 2):
        store.trouble(f"C-{number}", "it cannot be read")
    assert store.about_plans(PlanFilter(in_trouble=True)) == Count(FEW + 2)
    assert store.about_plans(PlanFilter(frozenset({PlanStatus.FROZEN}), in_trouble=True)) == Count(0)
    office.close()


def test_what_is_counted_in_part_says_so() -> None:
    assert str(Count(1301)) == "1,301"
    assert str(Count(40, exact=False)) == "at least 40"
    assert str(Count(0, exact=False)) == "not counted"


R = TypeVar("R")


def paged(page: Callable[[str | None], Page[R]]) -> list[R]:
    """All pages put together."""
    found = page(None)
    rows = [*found.rows]
    while found.next is not None:
        found = page(found.next)
        rows += found.rows
    return rows


def test_a_page_without_rows_says_where_to_go_on(office: Office, looking_at_few: None) -> None:
    filter = PlanFilter(search="beta", submitted_from=MORNING + timedelta(hours=35))
    first = office.queries.plans(filter, BY_UPDATE, limit=5)
    assert first.rows == ()
    assert first.next is not None
    rows = paged(lambda after: office.queries.plans(filter, BY_UPDATE, after, limit=5))
    assert {row.header.plan_id for row in rows} == {"C-07", "C-10"}


def test_where_nothing_is_found_at_once_more_is_looked_at(
    office: Office, looking_at_few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LOOKS_ON", 60)
    filter = PlanFilter(search="beta", submitted_from=MORNING + timedelta(hours=35))
    assert office.queries.plans(filter, BY_UPDATE, limit=5).rows
    assert office.queries.steps(StepFilter(item="none"), limit=5) == Page((), None)


def test_what_is_searched_for_is_found_at_once_by_name(office: Office, looking_at_few: None) -> None:
    """Of more than may be looked at; what only its id says is among it."""
    for search, found in (("beta", ["C-01", "C-04", "C-07"]), ("ac", ["C-00", "C-03", "C-06"])):
        page = office.queries.plans(PlanFilter(search=search), Order(PlanOrder.NAME), limit=3)
        assert [row.header.plan_id for row in page.rows] == found
        assert page.next is not None


# ---- indexes


def asked_of_store(office: Office, work: Callable[[], object]) -> list[tuple[str, list[str]]]:
    """The queries of some work, and how SQLite answers each."""
    connection = office.desk.store._connection
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    try:
        work()
    finally:
        connection.set_trace_callback(None)
    selects = [query for query in asked if query.startswith(("SELECT", "WITH"))]
    return [(query, [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]) for query in selects]


LARGE = {"p", "s", "j", "plans", "steps", "journal"}


def slow(query: str, answered: list[str]) -> list[str]:
    """What takes longer where there are more plans, of how a query is answered: reading a table or an index from one
    end to the other, and sorting what is not few. The primary key may be read in its order: as far as the page goes."""
    picked = "FROM json_each(" in query or re.search("INDEXED BY steps_(awaited|by_assignee) ", query)
    counts = "_counts c " in query
    in_order = re.search(r"FROM steps s WHERE true ORDER BY", query)
    any_few = re.search(r"FROM steps s LIMIT \d+\) SELECT", query)
    found = []
    for line in answered:
        scanned = re.match(r"SCAN (\w+)", line)
        # Of what is under way there is little; callouts are counted before, as far as there may be.
        little = "steps_awaited" in line or "steps_by_target" in line
        if scanned and scanned[1] in LARGE and not (little or in_order or any_few):
            found.append(line)
        if "TEMP B-TREE" in line and not picked and not counts:
            found.append(line)
    return found


@PROBE
@given(filter=PLAN_FILTERS, by=st.sampled_from(PlanOrder), descending=st.booleans(), few=st.booleans())
def test_no_list_of_plans_reads_a_large_table(
    office: Office, filter: PlanFilter, by: PlanOrder, descending: bool, few: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (walking, step_lists, queries):
            patch.setattr(module, "MOST_LOOKED_AT", FEW if few else 1000)
        first = office.queries.plans(filter, Order(by, descending), limit=2).next

        def work() -> None:
            office.queries.plans(filter, Order(by, descending), None, 2)
            if first is not None:
                office.queries.plans(filter, Order(by, descending), first, 2)
            office.desk.store.about_plans(filter)
            office.desk.store.tally_plans(filter)

        assert [slow(*each) for each in asked_of_store(office, work) if slow(*each)] == []


@PROBE
@given(filter=STEP_FILTERS, by=st.sampled_from(StepOrder), descending=st.booleans(), few=st.booleans())
def test_no_list_of_steps_reads_a_large_table(
    office: Office, filter: StepFilter, by: StepOrder, descending: bool, few: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (walking, step_lists, queries):
            patch.setattr(module, "MOST_LOOKED_AT", FEW if few else 1000)
        first = office.queries.steps(filter, Order(by, descending), limit=2).next

        def work() -> None:
            office.queries.steps(filter, Order(by, descending), None, 2)
            if first is not None:
                office.queries.steps(filter, Order(by, descending), first, 2)
            office.desk.store.about_steps(filter)

        assert [slow(*each) for each in asked_of_store(office, work) if slow(*each)] == []


@pytest.mark.parametrize("named", [{"group": "Work"}, {"step": "call"}, {"group": "Work", "step": "call"}])
def test_steps_of_a_name_have_an_index_in_which_those_come_first_that_are_due_first(
    office: Office, looking_at_few: None, named: dict[str, str]
) -> None:
    filter = StepFilter(**named)  # type: ignore[arg-type]
    work = partial(office.queries.steps, filter, Order(StepOrder.DUE), limit=2)
    listed = [answered for query, answered in asked_of_store(office, work) if "json_group_array(c3)" in query]
    assert listed
    for answered in listed:
        found = [line for line in answered if re.match("(SEARCH|SCAN) s ", line)]
        assert found
        assert all("INDEX steps_by_name (name=? AND step=? AND status=?" in line for line in found)


def test_what_is_shown_of_all_plans_reads_no_large_table(office: Office) -> None:
    def work() -> None:
        office.queries.programs()
        office.queries.integrations()
        for sight in (Sight(), Sight(frozenset({"Case"}), frozenset({"Q"}), "ann")):
            office.queries.queues(sight)
            for field in StepField:
                office.desk.store.tally_steps(field, StepFilter(sight=sight))
        office.desk.store.programs_in_use()
        office.desk.store.plan_row("C-01")
        office.desk.store.worst_risks(["C-01", "C-02"])

    assert [each for each in asked_of_store(office, work) if slow(*each)] == []


def test_a_list_that_is_sorted_otherwise_would_be_found_slow(office: Office) -> None:
    for query in ("SELECT 1 FROM plans p ORDER BY p.steps", "SELECT 1 FROM steps s WHERE s.item = 'x'"):
        [(asked, answered)] = asked_of_store(office, lambda: office.desk.store._all(query))  # noqa: B023
        assert slow(asked, answered)
