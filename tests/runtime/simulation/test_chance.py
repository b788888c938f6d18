"""Draws that can be repeated, and times that are drawn."""

from datetime import UTC, datetime, timedelta
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions.time import BusinessCalendar, shift
from dro_lang.program.values import Duration
from dro_lang.runtime.simulation.chance import Chance, Delay

START = datetime(2026, 12, 1, 8, tzinfo=UTC)
NAMES = st.lists(st.text(max_size=3) | st.integers(0, 3) | st.none(), max_size=3)
LENGTHS = st.integers(0, 400).map(lambda hours: Duration(seconds=hours * 3600))


def on_the_clock(moment: datetime, duration: Duration, /) -> datetime:
    return shift(moment, duration, 1, UTC, BusinessCalendar())  # type: ignore[arg-type]


@settings(deadline=None)
@given(seed=st.integers(0, 5), record=st.text(max_size=3), name=NAMES)
def test_a_draw_depends_on_its_name_alone(seed: int, record: str, name: list[str | int | None]) -> None:
    share = Chance(seed, record).share(*name)
    assert 0 < share < 1
    assert Chance(seed, record).share(*name) == share
    assert Chance(seed + 1, record).share(*name) != share
    assert Chance(seed, record + "x").share(*name) != share
    assert Chance(seed, record).share(*name, "x") != share


def test_a_draw_is_the_same_on_every_machine() -> None:
    assert Chance(0, "A-1").share("Remind", "call", None, 0, "done", 1) == 0.39642765469707514


def test_draws_are_spread_evenly() -> None:
    shares = [Chance(7, f"A-{number}").share("x") for number in range(4_000)]
    tenths = [sum(tenth / 10 <= share < (tenth + 1) / 10 for share in shares) for tenth in range(10)]
    assert all(300 < count < 500 for count in tenths)


@settings(deadline=None)
@given(shortest=LENGTHS, longest=LENGTHS, share=st.floats(0.001, 0.999))
def test_what_lies_between_two_times_does(shortest: Duration, longest: Duration, share: float) -> None:
    low, high = sorted((shortest, longest), key=lambda each: each.total_seconds)
    end = Delay(low, high).end(START, share, on_the_clock)
    assert end is not None
    assert on_the_clock(START, low) <= end <= on_the_clock(START, high)


@settings(deadline=None)
@given(length=LENGTHS, share=st.floats(0.001, 0.999))
def test_what_always_takes_the_same_does(length: Duration, share: float) -> None:
    assert Delay(length).end(START, share, on_the_clock) == on_the_clock(START, length)


def test_about_a_time_is_less_half_the_time_and_within_a_third_and_three_times_of_it_nine_times_of_ten() -> None:
    delay = Delay(Duration(seconds=36_000), about=True)
    ends = [delay.end(START, Chance(0, str(number)).share("x"), on_the_clock) for number in range(4_000)]
    hours = [(end - START) / timedelta(hours=1) for end in ends if end is not None]
    assert 9 < median(hours) < 11
    assert 0.88 < sum(10 / 3 < each < 30 for each in hours) / len(hours) < 0.92


def test_business_days_keep_to_the_calendar() -> None:
    friday = datetime(2026, 12, 4, 8, tzinfo=UTC)
    assert Delay(Duration(business_days=1)).end(friday, 0.5, on_the_clock) == datetime(2026, 12, 7, 8, tzinfo=UTC)


def test_what_lies_beyond_the_calendar_never_ends() -> None:
    assert Delay(Duration(days=999_999 * 7)).end(START, 0.5, on_the_clock) is None
