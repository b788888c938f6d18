"""Tables of databases as inputs and outputs. A table is read once, as it is at one moment, into a Parquet file of its
own: from there on it is read as Parquet is, by columns or row by row, and numbers its rows from 0.

    address ──► sqlite, postgres: columns, rows ──► copied ──► a Parquet file
"""
