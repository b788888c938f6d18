"""The page of one plan: its graph, its course over time, its steps, its record, and what happened to it."""
