"""drolang: orchestration plans as text, checked before they run and carried out durably.

In Python: `load`, `check`, `row`, `select`, `compile_selection`, `compose`, `simulate` and `explain`, of which
`dro_lang.api` tells. They are loaded when they are first asked for, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dro_lang.api import DrolangError, check, compile_selection, compose, explain, load, row, select, simulate

__version__ = "0.1.0"

__all__ = [
    "DrolangError",
    "__version__",
    "check",
    "compile_selection",
    "compose",
    "explain",
    "load",
    "row",
    "select",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("dro_lang.api"), name)
