"""How laws about random programs are tried: on a few programs always, and on many where that is asked for.

`DROLANG_PROGRAMS=10000 pytest -m slow tests/programs` tries each law on so many programs.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = int(os.environ.get("DROLANG_PROGRAMS", "0"))
UNASKED = pytest.mark.skipif(not MANY, reason="say with DROLANG_PROGRAMS on how many programs to try")


def law(few: int, **drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """A test that a law holds for what is drawn, `few` times, and many times where it is asked for."""

    def decorate(holds: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize(
            "examples",
            [pytest.param(few, id="few"), pytest.param(MANY, id="many", marks=[pytest.mark.slow, UNASKED])],
        )
        def try_(examples: int) -> None:
            # Programs are large, and all of them are wanted, whatever drawing one takes.
            patient = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
            settings(max_examples=examples, deadline=None, suppress_health_check=patient)(given(**drawn)(holds))()

        try_.__name__, try_.__doc__, try_.__module__ = holds.__name__, holds.__doc__, holds.__module__
        return try_

    return decorate
