"""A few kills; `python -m tests.runtime.storm` makes hundreds of them."""

from pathlib import Path

import pytest

from tests.runtime.storm.storming import Storm, environment_seed

RECORDS, KILLS = 60, 5


@pytest.mark.slow
def test_nothing_is_lost_when_workers_are_killed(tmp_path: Path) -> None:
    seed = environment_seed()
    print(f"seed {seed}")
    storm = Storm(tmp_path, RECORDS, seed)
    storm.check(RECORDS, storm.rage(KILLS))
