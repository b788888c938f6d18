"""Laws of the formatter over random conditions and data, which are broken over lines where they are long."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.source import Source
from dro_lang.syntax.format import format_source
from dro_lang.syntax.parser import parse

NAMES = st.sampled_from(
    ["a", "balance", "days_overdue_of_the_oldest_invoice", "item.amount", "call.note", "G.call.note"]
)
LITERALS = st.sampled_from(
    ["1", "1_000.50", "250 EUR", "3 business days", '"a \\"text\\""', "2026-12-31", "today", "High"]
)


def joined(operator: str, operands: list[str]) -> str:
    return f" {operator} ".join(operands)


def sums(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(NAMES, LITERALS)
    if depth == 0:
        return leaves
    inner = sums(depth - 1)
    return st.one_of(
        leaves,
        st.builds(joined, st.sampled_from("+-*/"), st.lists(inner, min_size=2, max_size=4)),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"-{one}"),
        st.builds(lambda one, where: f"sum({one} where {where})", inner, conditions(depth - 1)),
        st.lists(inner, max_size=5).map(lambda some: f"max({', '.join(some)})"),
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(
        NAMES,
        st.builds(lambda a, op, b: f"{a} {op} {b}", sums(depth), st.sampled_from(["=", "!=", "<="]), sums(depth)),
        NAMES.map(lambda name: f"{name} is unknown"),
        st.lists(LITERALS, min_size=1, max_size=9).map(lambda some: f"a not in {{ {', '.join(some)}, }}"),
        st.just("a in -5..10 EUR"),
    )
    if depth == 0:
        return leaves
    inner = st.one_of(leaves, conditions(depth - 1).map(lambda one: f"({one})"))
    return st.one_of(
        inner,
        inner.map(lambda one: f"not {one}"),
        st.builds(joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=7)),
    )


def values(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(LITERALS, st.just("unknown"))
    if depth == 0:
        return leaves
    inner = values(depth - 1)
    return st.one_of(
        leaves,
        st.lists(inner, max_size=6).map(lambda some: f"[{', '.join(some)}]"),
        st.lists(inner, max_size=6).map(objects),
    )


def objects(some: list[str]) -> str:
    return "{" + ", ".join(f"attribute_{i}: {value}" for i, value in enumerate(some)) + "}"


def holds(text: str) -> str:
    """The canonical form, once it keeps the tree and stays as it is."""
    result = format_source(Source("random.dro", text))
    assert isinstance(result, str), result
    assert parse(Source("before", text)).tree == parse(Source("after", result)).tree
    assert format_source(Source("again.dro", result)) == result
    return result


@given(conditions(2), sums(2))
@settings(max_examples=150, deadline=None)
def test_conditions(condition: str, date: str) -> None:
    holds(
        f"language 1.0 group G for C {{ step s: pause {{ only if {condition} starts on {date} until {condition} }} }}"
    )


@given(st.lists(values(3), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_data(some: list[str]) -> None:
    holds(f'language 1.0 test "t" for P {{ given {objects(some)} complete s {objects(some)} }}')


@given(st.lists(st.sampled_from(["a", "some_attribute = 5", "another in { High, Low }"]), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_lines_have_at_most_120_columns_where_they_can_be_broken(operands: list[str]) -> None:
    chain, names = joined("and", operands), joined(",", [f"name_{i}" for i, _ in enumerate(operands)])
    result = holds(f"language 1.0 plan P for C {{ scenario s {{ when {chain} unless {names} run G }} }}")
    assert max(map(len, result.split("\n"))) <= 120
    assert (f"when   {chain}\n" in result) == (len(f"    when   {chain}") <= 120)
