"""`python -m tests.runtime.storm --kills 300`: kills workers, then looks whether anything is lost."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.runtime.storm.storming import Storm, environment_seed


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--records", type=int, default=2000)
    options.add_argument("--seed", type=int, default=None)
    given = options.parse_args()
    seed = environment_seed() if given.seed is None else given.seed
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    print(f"seed {seed}, in {folder}", file=sys.stderr)
    storm = Storm(folder, given.records, seed)
    damage = storm.rage(given.kills)
    storm.check(given.records, damage)
    print(f"{damage.kills} kills; {given.records} plans, all complete; {len(damage.calls)} requests, of which")
    print(f"{damage.repeated} were repeated, under the same key, of {damage.in_flight.total()} that were in flight")
    return 0


if __name__ == "__main__":
    sys.exit(main())
