"""A real browser: Debian's Chromium, driven by Playwright."""

import shutil
import subprocess
from functools import cache

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def chromium() -> str | None:
    """Where Chromium is; installed where it is missing and that may be done; else None."""
    found = shutil.which("chromium")
    if found is None and shutil.which("apt-get"):
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
            as_root = subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip() == "0"
            subprocess.run(command if as_root else ["sudo", "-n", *command], capture_output=True, check=False)
        found = shutil.which("chromium")
    return found
