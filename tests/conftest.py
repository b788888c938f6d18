"""What all tests share. The plans below this folder are cases, and some of their tests are to fail: pytest leaves them
alone."""

from tests.postgres import postgres

__all__ = ["collect_ignore_glob", "postgres"]

collect_ignore_glob = ["*.dro"]
