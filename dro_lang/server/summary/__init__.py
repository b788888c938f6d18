"""What a record's own page shows of its plan: the summary, its live stream, and the element that shows both."""
