"""The chart as a picture: it is sound, says every state in words, and nothing leaves its place."""

from datetime import timedelta
from xml.etree import ElementTree

from attrs import evolve
from hypothesis import strategies as st

from dro_lang.interop.gantt import Chart, Gantt, svg, svg_for_page
from dro_lang.interop.graphs.states import LOOKS, word
from dro_lang.kernel.states import StepStatus
from dro_lang.program.values import Duration
from dro_lang.runtime.simulation.assumptions import End, Ending, Outage
from dro_lang.runtime.simulation.bars import bars_of
from dro_lang.runtime.simulation.chance import Delay
from dro_lang.runtime.simulation.simulate import Simulated
from tests.programs.laws import law
from tests.runtime.simulation.test_simulate import Case, cases, run, simulated

NAMESPACE = "{http://www.w3.org/2000/svg}"


def gantt(*plans: Simulated) -> Gantt:
    charts = tuple(Chart(each.id, "all", bars_of(each)) for each in plans)
    return Gantt("Desk", ("a <note>",), plans[0].began, plans[0].ended, charts)


def texts(picture: ElementTree.Element, name: str) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{NAMESPACE}text") if each.get("class", "").split()[0] == name]


@law(30, case=cases(), title=st.text(max_size=20))
def test_a_chart_is_sound_and_stays_within_its_sheet(case: Case, title: str) -> None:
    drawn = gantt(simulated(case))
    picture = ElementTree.fromstring(svg(Gantt(title, (title,), drawn.start, drawn.end, drawn.charts)))
    width, height = float(picture.get("width", "")), float(picture.get("height", ""))
    for box in picture.iter(f"{NAMESPACE}rect"):
        x, y, wide, high = (float(box.get(name, "0")) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height
    assert len(texts(picture, "end")) == len(drawn.charts[0].bars)


def test_a_step_tells_its_last_state_its_risk_and_the_day() -> None:
    picture = ElementTree.fromstring(svg(gantt(run(takes={"people": Delay(Duration(days=3)), "Erp": None}))))
    said = dict(zip(texts(picture, "label"), texts(picture, "end"), strict=True))
    assert said["Work.check"] == "Completed · late · 04 Dec"
    assert said["Work.ask"] == "In Progress · 04 Dec"
    assert said["Work.book"] == "Pending"


def test_every_state_has_a_shape_of_its_own_and_the_key_names_what_is_drawn() -> None:
    expired = run("C-1", endings={"Work.check": (Ending(End.EXPIRED),)})
    held = run("C-2", outages=(Outage("Erp"),), takes={"people": Delay(Duration(days=3))})
    failed = run("C-3", endings={"Work.ask": (Ending(End.FAILED),)})
    text = svg(gantt(expired, held, failed))
    picture = ElementTree.fromstring(text)
    key = texts(picture, "legend")
    assert {"ready, not begun", "on hold", "in jeopardy", "late", "expired", "fatally failed"} <= set(key)
    assert "skipped" not in key
    drawn = {each.get("d") for each in picture.iter(f"{NAMESPACE}path") if each.get("class") == "glyph"}
    assert drawn == {
        LOOKS[state].glyph
        for state in (StepStatus.COMPLETED, StepStatus.EXPIRED, StepStatus.BYPASSED, StepStatus.FATALLY_FAILED)
    }
    assert "prefers-color-scheme: dark" in text


def test_who_cannot_see_the_chart_is_told_of_every_step() -> None:
    picture = ElementTree.fromstring(svg(gantt(run())))
    description = picture.find(f"{NAMESPACE}desc")
    assert description is not None
    assert "Work.check: Completed · " in (description.text or "")
    assert f"Work.done: {word(StepStatus.COMPLETED)}" in (description.text or "")
    tips = [each.text or "" for each in picture.iter(f"{NAMESPACE}title")]
    assert any(tip.startswith("Work.check\nready: 01 Dec to ") for tip in tips)


def test_what_was_planned_and_the_present_moment_are_drawn_where_they_are_known() -> None:
    drawn = gantt(run(takes={"people": Delay(Duration(days=3)), "Erp": None}))
    chart = drawn.charts[0]
    planned = (drawn.start, drawn.start + timedelta(days=2))
    bars = tuple(evolve(bar, planned=planned) for bar in chart.bars)
    text = svg_for_page(evolve(drawn, charts=(evolve(chart, bars=bars),), now=drawn.start + timedelta(days=1)))
    picture = ElementTree.fromstring(text)
    classes = [each.get("class") for each in picture.iter(f"{NAMESPACE}path")]
    # One more of each is in the key.
    assert classes.count("planned") == len(bars) + 1
    assert classes.count("now") == 2
    assert {"as planned", "now"} <= set(texts(picture, "legend"))
    assert not list(picture.iter(f"{NAMESPACE}style"))
    assert "as planned" not in texts(ElementTree.fromstring(svg(drawn)), "legend")
