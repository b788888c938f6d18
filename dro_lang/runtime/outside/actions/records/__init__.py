"""Updating records where they are kept: a table of a database, or a file."""
