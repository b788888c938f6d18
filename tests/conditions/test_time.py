"""Days on the wall clock, elapsed hours, business days: language.md, "Time."."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions.order import compare
from dro_lang.conditions.time import (
    BusinessCalendar,
    instant,
    local_moment,
    midnight,
    shift,
    shift_date,
)
from dro_lang.program.expressions import ComparisonOperator
from dro_lang.program.model import Calendar
from dro_lang.program.values import Duration

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = BusinessCalendar.of(None)
GERMANY = BusinessCalendar.of(Calendar("Germany", (6, 5, 5), "DE"))


def at(text):
    return datetime.fromisoformat(text)


def days(count):
    return Duration(days=count)


def business(count):
    return Duration(business_days=count)


def moved(text, duration, sign=1, calendar=WEEKDAYS, zone=BERLIN):
    return shift(at(text), duration, sign, zone, calendar).isoformat()


class TestClockChanges:
    """Berlin leaves 02:00 to 03:00 out on 29 March 2026 and has 02:00 to 03:00 twice on 25 October."""

    def test_a_day_is_a_day_on_the_wall_clock(self):
        assert moved("2026-03-28T09:00+01:00", days(1)) == "2026-03-29T09:00:00+02:00"
        assert moved("2026-10-26T09:00+01:00", days(1), -1) == "2026-10-25T09:00:00+01:00"

    def test_24_hours_elapse(self):
        day = Duration(seconds=86_400)
        assert moved("2026-03-28T09:00+01:00", day) == "2026-03-29T10:00:00+02:00"
        assert moved("2026-10-25T09:00+01:00", day, -1) == "2026-10-24T10:00:00+02:00"

    def test_a_skipped_time_moves_forward(self):
        assert moved("2026-03-28T02:30+01:00", days(1)) == "2026-03-29T03:30:00+02:00"
        assert moved("2026-03-30T02:30+02:00", days(1), -1) == "2026-03-29T03:30:00+02:00"
        assert local_moment(date(2026, 3, 29), time(2, 0), BERLIN) == at("2026-03-29T03:00+02:00")

    def test_of_a_time_that_comes_twice_the_first_counts(self):
        assert moved("2026-10-24T02:30+02:00", days(1)) == "2026-10-25T02:30:00+02:00"
        assert moved("2026-10-26T02:30+01:00", days(1), -1) == "2026-10-25T02:30:00+02:00"

    def test_elapsed_time_reaches_the_second_of_two(self):
        assert moved("2026-10-25T02:30+02:00", Duration(seconds=3600)) == "2026-10-25T02:30:00+01:00"
        assert moved("2026-10-25T02:30+01:00", Duration()) == "2026-10-25T02:30:00+01:00"

    def test_days_count_in_the_plans_zone_whatever_the_offset_says(self):
        # 23:30 on the 28th in UTC is 00:30 on the 29th in Berlin, and a day later is 00:30 there.
        assert moved("2026-03-28T23:30+00:00", days(1)) == "2026-03-30T00:30:00+02:00"

    def test_a_day_that_the_zone_left_out(self):
        apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
        assert moved("2011-12-29T12:00-10:00", days(1), zone=apia) == "2011-12-31T12:00:00+14:00"
        assert midnight(date(2011, 12, 30), apia) == midnight(date(2011, 12, 31), apia)

    def test_a_midnight_that_the_zone_left_out(self):
        beirut = ZoneInfo("Asia/Beirut")  # changes its clocks at midnight
        assert midnight(date(2026, 3, 29), beirut).isoformat() == "2026-03-29T01:00:00+03:00"

    def test_moments_compare_as_instants_even_in_one_zone(self):
        first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
        second = first.replace(fold=1)
        assert instant(second) - instant(first) == timedelta(hours=1)
        assert compare(ComparisonOperator.LESS, first, second)
        assert compare(ComparisonOperator.EQUAL, second, second.astimezone(UTC))

    def test_a_moment_without_offset_is_refused(self):
        with pytest.raises(ValueError, match="offset"):
            shift(datetime(2026, 1, 1), days(1), 1, BERLIN, WEEKDAYS)
        with pytest.raises(ValueError, match="offset"):
            instant(datetime(2026, 1, 1))


class TestBusinessDays:
    def test_without_a_calendar_monday_to_friday(self):
        assert shift_date(date(2026, 12, 24), business(1), 1, WEEKDAYS) == date(2026, 12, 25)
        assert shift_date(date(2026, 12, 25), business(1), 1, WEEKDAYS) == date(2026, 12, 28)
        assert shift_date(date(2026, 12, 28), business(1), -1, WEEKDAYS) == date(2026, 12, 25)

    def test_holidays_are_not_business_days(self):
        assert shift_date(date(2026, 12, 24), business(1), 1, GERMANY) == date(2026, 12, 28)
        assert shift_date(date(2027, 1, 4), business(3), -1, GERMANY) == date(2026, 12, 29)

    def test_from_a_day_off_the_first_business_day_is_the_next(self):
        saturday, monday = date(2026, 6, 6), date(2026, 6, 8)
        assert shift_date(saturday, business(1), 1, WEEKDAYS) == monday
        assert shift_date(saturday, business(1), -1, WEEKDAYS) == date(2026, 6, 5)

    def test_none_is_the_day_itself_business_day_or_not(self):
        saturday = date(2026, 6, 6)
        assert shift_date(saturday, business(0), 1, WEEKDAYS) == saturday

    def test_at_the_same_time_on_the_wall_clock(self):
        assert moved("2026-03-27T09:00+01:00", business(1)) == "2026-03-30T09:00:00+02:00"
        assert moved("2026-03-30T09:00+02:00", business(1), -1) == "2026-03-27T09:00:00+01:00"

    def test_a_weekend_of_other_days(self):
        friday_saturday = BusinessCalendar(weekend=(4, 5))
        assert shift_date(date(2026, 6, 4), business(1), 1, friday_saturday) == date(2026, 6, 7)

    def test_a_calendar_keeps_each_weekend_day_once(self):
        assert BusinessCalendar((5, 6), "DE") == GERMANY

    @pytest.mark.parametrize("count", [1, -1, 10**7, -(10**7), 10**30])
    def test_without_any_business_day_or_beyond_the_calendar_there_is_no_answer(self, count):
        with pytest.raises(OverflowError):
            BusinessCalendar(weekend=tuple(range(7))).nth(date(2026, 1, 1), count)
        if abs(count) > 1:
            with pytest.raises(OverflowError):
                WEEKDAYS.nth(date(2026, 1, 1), count)

    @settings(max_examples=60, deadline=None)
    @given(st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(1, 700))
    def test_the_nth_is_a_business_day_with_n_minus_one_between(self, day, count):
        for sign in (1, -1):
            found = GERMANY.nth(day, sign * count)
            passed = range(1, abs((found - day).days) + 1)
            working = [n for n in passed if GERMANY.is_business_day(day + timedelta(days=sign * n))]
            assert len(working) == count
            assert GERMANY.is_business_day(found)


def test_a_date_takes_whole_days_only():
    with pytest.raises(ValueError, match="whole days"):
        shift_date(date(2026, 1, 1), Duration(seconds=3600), 1, WEEKDAYS)


def test_beyond_the_calendar_there_is_no_answer():
    with pytest.raises(OverflowError):
        shift_date(date.max, days(1), 1, WEEKDAYS)
    with pytest.raises(OverflowError):
        shift(at("9999-12-31T23:00+00:00"), Duration(seconds=3600), 1, ZoneInfo("UTC"), WEEKDAYS)


@pytest.mark.parametrize("code", ["DE", "US", "DE-BE", "US-CA", "XECB", "XNYS"])
def test_codes_with_holidays(code):
    assert not BusinessCalendar(holidays=code).is_business_day(date(2026, 1, 1))


def test_a_subdivision_has_holidays_of_its_own():
    womens_day = date(2027, 3, 8)
    assert GERMANY.is_business_day(womens_day)
    assert not BusinessCalendar(holidays="DE-BE").is_business_day(womens_day)


def test_midnight_of_a_plain_day():
    assert midnight(date(2026, 6, 1), BERLIN).isoformat() == "2026-06-01T00:00:00+02:00"
