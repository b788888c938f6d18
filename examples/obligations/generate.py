"""Writes the records of this example: 60 obligations with the sites that they concern, as NDJSON and as a JSON array.

The same files every time: the random numbers are seeded. Run it from anywhere.
"""

import json
import random
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20_260_601
COUNT = 60
FIRST_DUE = date(2026, 7, 1)

CUSTOMERS = (
    "Aurora Kliniken", "Brightwater", "Cobalt Foods", "Delta Rail", "Ember Labs", "Fjord Mobility", "Granit Bau",
)  # fmt: skip
WHAT = {
    "Delivery": ("Install scanners", "Replace controllers", "Deliver terminals", "Fit charging points"),
    "Uptime": ("Uptime of the portal", "Uptime of the data feed", "Availability of the switchboard"),
    "Reporting": ("Quarterly carbon report", "Annual audit report", "Monthly usage report"),
}
COUNTRIES = ("DE", "FR", "NL", "PL", "IT", "ES", "SE")


def obligation(draw: random.Random, number: int) -> dict[str, object]:
    kind = draw.choices(list(WHAT), [5, 4, 2])[0]
    due = FIRST_DUE + timedelta(days=draw.randrange(120))
    record: dict[str, object] = {
        "id": f"OB-{number:03}",
        "name": f"{draw.choice(WHAT[kind])}, {draw.choice(CUSTOMERS)}",
        "start_date": (due - timedelta(days=draw.choice([30, 45, 60]))).isoformat(),
        "due_on": due.isoformat(),
        "kind": kind,
        "tier": draw.choices(["Gold", "Silver", "Bronze"], [2, 3, 4])[0],
        "value": f"{draw.randrange(5, 400) * 500}.00",
    }
    if kind == "Uptime":
        record["uptime"] = f"{draw.choice([98.2, 98.9, 99.1, 99.4, 99.5, 99.8, 99.95, 100]):g}"
    if kind == "Delivery":
        # A site that is not ready gets its visit planned all the same; confirming it is then skipped.
        record["Sites"] = [
            {"id": f"OB-{number:03}-S{site}", "country": draw.choice(COUNTRIES), "ready": draw.random() < 0.8}
            for site in range(1, draw.randrange(2, 6))
        ]
    return record


if __name__ == "__main__":
    random_numbers = random.Random(SEED)
    obligations = [obligation(random_numbers, number) for number in range(1, COUNT + 1)]
    lines = [json.dumps(record, ensure_ascii=False) for record in obligations]
    (HERE / "obligations.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HERE / "obligations.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
