"""Q01: plans as queries for databases."""

CODES = {
    "Q0101": "a condition that a database cannot say exactly",
}
