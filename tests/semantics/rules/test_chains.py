"""How far scenarios, routings, compensation groups and imports may lead on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.semantics.rules.graph import components, longest_chain
from dro_lang.source import Source
from tests.semantics.rules.test_graph import GRAPHS, Edge

HEAD = """language 1.0

import std.generic { Generic }

context C {
  id         : Id
  start_date : Date
  n          : Integer
}

mapping M for C {
  usage  Generic
  object "C"
}

"""


def plan(scenarios: str = "scenario all { run First }") -> str:
    return f"{HEAD}plan P for C {{\n  usage Generic\n  choose every matching scenario\n  {scenarios}\n}}\n"


def scenarios(length: int) -> str:
    """Scenarios, each `unless` the one before, with so many references."""
    written = ["scenario s0 { when n = 0 run First }"]
    written += [f"scenario s{at} {{ when n = {at} unless s{at - 1} run First }}" for at in range(1, length + 1)]
    return plan("\n  ".join(written)) + "group First for C { step a: milestone }\n"


def routings(length: int) -> str:
    """Routings, each of which hands over to the next one twice."""
    rules = 'when n = 1 to routing R{0} when n = 2 to routing R{0} otherwise to user "ann"'
    written = [f"routing R{at} for C {{ {rules.format(at + 1)} }}" for at in range(length)]
    written += [f'routing R{length} for C {{ otherwise to user "ann" }}']
    return plan() + "group First for C { step a: manual { assign to routing R0 } }\n" + "\n".join(written)


def groups(length: int) -> str:
    """Groups that insert the next one in two ways."""
    clauses = "due within 5 days, warn d before on cancel run G{0}(d: d) on amend run G{0}"
    written = [
        f"group G{at}(d : Duration = 1 day) for C {{ step a: milestone {{ {clauses.format(at + 1)} }} }}"
        for at in range(1, length)
    ]
    written += [f"group G{length}(d : Duration = 1 day) for C {{ step a: milestone {{ starts d after previous }} }}"]
    first = "group First for C { step a: milestone { on cancel run G1 } }\n"
    return plan() + first + "\n".join(written)


def errors(text: str) -> list[str]:
    found = check_source(Source("x.dro", text), "x", Loader(Path(__file__).parent)).diagnostics
    return [each.code for each in found if each.code.startswith("E")]


@pytest.mark.parametrize("chain", [scenarios, routings, groups])
@pytest.mark.parametrize(("length", "found"), [(100, []), (101, ["E0011"]), (2_000, ["E0011"])])
def test_a_hundred_links_are_the_most(chain: Callable[[int], str], length: int, found: list[str]) -> None:
    assert errors(chain(length)) == found


def test_imports_lead_on_as_far_as_they_like() -> None:
    last = 2_000
    texts = {
        f"m{at}": Source(f"m{at}.dro", f"language 1.0\nimport m{at + 1}\nenum E{at} {{ A{at} }}\n")
        for at in range(last)
    }
    texts[f"m{last}"] = Source("last.dro", f"language 1.0\nimport m{last - 1}\nenum Last {{ A }}\n")
    [cycle] = check_source(texts["m0"], "m0", texts.get).diagnostics
    assert (cycle.code, cycle.notes) == ("E0105", (f"`m{last - 1}` imports `m{last}` imports `m{last - 1}`",))


@given(GRAPHS)
def test_the_longest_chain_is_the_longest_of_all(edges: list[Edge[int]]) -> None:
    edges = [edge for edge in edges if edge.source < edge.target]
    assert not components(edges)
    lengths = dict.fromkeys(range(8), 0)
    for node in reversed(range(8)):
        lengths[node] = max((1 + lengths[edge.target] for edge in edges if edge.source == node), default=0)
    chain = longest_chain(edges)
    assert len(chain) == max(lengths.values())
    assert [edge.target for edge in chain[:-1]] == [edge.source for edge in chain[1:]]
