"""Conditions over whole columns: the selection of a plan as SQL, with exactly the meaning of the language.

    program ──► expressions ──► leaves, connectives ──► scenario of a record
                terms.py         formulas.py             cases.py (few), regions.py (many)

The text is DuckDB's. What SQL cannot say exactly becomes a helper: a leaf that the reference evaluator decides, called
from the query (helpers.py). Nothing here runs a query.
"""
