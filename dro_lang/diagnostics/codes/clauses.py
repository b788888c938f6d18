"""E08 clauses of steps; E09 compensation; E10 time and service levels."""

CODES = {
    "E0801": "a clause that this kind of step may not have",
    "E0802": "a clause that this kind of step needs",
    "E0803": "a clause given twice",
    "E0804": "a rule given twice",
    "E0805": "a value that a clause cannot have",
    "E0806": "routings that hand over in a circle",
    "E0901": "a compensation group that cannot be inserted",
    "E1001": "a warning that does not come before the due time",
    "E1002": "a time zone, calendar or time of day that does not exist",
    "E1003": "a schedule that cannot be",
    "E1004": "`now` or `today` where it has no meaning",
}
