"""Tests keep nothing in the user's cache folder: neither do the processes that they start."""

import os
from pathlib import Path

os.environ["DROLANG_CACHE"] = str(Path(__file__).parent / ".pytest_cache" / "drolang")
