"""The tests that are missing: a record, and what happens to it, for each goal that no test reached."""
