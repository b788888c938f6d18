"""The selection of a plan as one query that people read, for a warehouse of their own.

    plan ──► columns, lists ──► expressions ──► conditions ──► query
             columns.py         expressions.py  formulas.py    query.py
             lists.py           arithmetic.py                  layout.py

Expressions are trees of sqlglot, built from the typed conditions and written in the dialect that is asked for. What
databases say differently is a method of the dialect (dialects/); what one cannot say with exactly the meaning of the
language is told as a `Problem`, and there is no query. Nothing here runs one.

The columns of `conditions/columnar/` are for speed: whole numbers of millionths, conditions over arrays, calls back
into Python, all in the text of DuckDB. Both start from the normal form, and agree on it with the reference evaluator.
"""

DIALECT_NAMES = ("duckdb", "postgres", "snowflake", "bigquery", "spark", "databricks")
"""As people choose them. They stand here because whoever asks for the names needs no sqlglot."""
