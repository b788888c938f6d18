"""T01 lines of tests that do not hold; T02 properties."""

CODES = {
    "T0101": "a record that gets other scenarios than expected",
    "T0102": "a step in another state than expected",
    "T0103": "a step that came into its state on another day",
    "T0104": "a plan in another state than expected",
    "T0105": "a record that is not rejected as expected",
    "T0106": "a record of a test that gets no plan",
    "T0107": "a line of a test that is refused",
    "T0108": "a step or an item that the plan does not have",
    "T0109": "a line of a test before its record",
    "T0201": "a property that does not hold",
}
