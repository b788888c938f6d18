"""Fixtures of the command line."""

from tests.cli.shell import drolang

__all__ = ["drolang"]
