"""E07: scenario selection."""

CODES = {
    "E0701": "two scenarios apply to the same record",
    "E0702": "no scenario applies to some records",
    "E0703": "a scenario that can never apply",
    "E0704": "not proved that exactly one scenario applies",
    "E0705": "a group that runs twice with different arguments",
    "E0706": "`unless` and `otherwise` that contradict each other",
    "E0707": "a plan without what every plan needs",
}
