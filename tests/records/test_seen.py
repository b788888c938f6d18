"""Which ids have been read is known the same way, be it in memory or on disk."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.records.problems import Position
from dro_lang.records.seen import SeenIds

ids = st.text(max_size=3)
positions = st.builds(Position, st.just("a.csv"), st.none() | st.integers(1, 99), st.none() | st.integers(0, 9))


@settings(max_examples=100, deadline=None)
@given(what=st.lists(st.tuples(ids, st.none() | positions)), limit=st.integers(0, 20))
def test_ids_on_disk_are_known_like_those_in_memory(what: list[tuple[str, Position | None]], limit: int) -> None:
    seen, known = SeenIds(limit), dict[str, Position | None]()
    for id, position in what:
        assert (id in seen) == (id in known)
        assert seen.read(id) == known.setdefault(id, None)
        if position is not None:
            seen.take(id, position)
            known[id] = position
    assert all(id in seen for id in known)
