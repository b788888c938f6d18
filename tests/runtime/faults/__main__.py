"""Tries random plans under faults for as long as there is time: `python -m tests.runtime.faults --minutes 30`.

What breaks is shrunk and printed with the seed; with `--seed` the same worlds are tried again.
"""

import argparse
import random
import sys
import time

from hypothesis import seed, settings
from hypothesis.errors import HypothesisException

from tests.runtime.faults.test_faults import UNTIL_SHRUNK, plans_survive

WORLDS_A_ROUND = 50


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=None)
    given = options.parse_args()
    first = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    end, rounds = time.monotonic() + 60 * given.minutes, 0
    while time.monotonic() < end:
        number = first + rounds
        attempt = seed(number)(settings(UNTIL_SHRUNK, max_examples=WORLDS_A_ROUND, database=None)(plans_survive))
        try:
            attempt()
        except (AssertionError, HypothesisException):
            print(f"seed {number}: broken", file=sys.stderr)
            raise
        rounds += 1
        print(f"seed {number}: {WORLDS_A_ROUND} worlds, all well", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
