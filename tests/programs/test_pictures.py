"""Every plan can be drawn, in every format."""

import xml.etree.ElementTree as ElementTree

from dro_lang.interop.graphs import dot, mermaid, picture_of, svg
from tests.programs.laws import law
from tests.programs.sources import Sources
from tests.programs.strategies import programs


@law(30, sources=programs(proofs_hold=False))
def test_every_plan_can_be_drawn(sources: Sources) -> None:
    program = sources.program
    for plan in program.plans.values():
        for scenarios in (None, *((scenario.name,) for scenario in plan.scenarios)):
            picture = picture_of(program, plan, scenarios)
            steps = sum(len(lane.nodes) for lane in picture.lanes)
            text = mermaid(picture)
            assert text.count("\n") > steps
            assert dot(picture).startswith("digraph")
            ElementTree.fromstring(svg(picture))
