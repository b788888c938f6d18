"""Running what a file says of its plans (tests, properties, and how much of a plan they cover), and testing plans in
Python with Hypothesis.

`records`, `worlds` and `runs` are strategies, `PlanMachine` is a state machine over a running plan, and
`check_property` decides a property. They are loaded when they are first asked for: Hypothesis takes longer to load than
most files take to run.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dro_lang.testing.machine import PlanMachine
    from dro_lang.testing.properties import check_property
    from dro_lang.testing.run import Run
    from dro_lang.testing.strategies.records import records
    from dro_lang.testing.strategies.runs import runs
    from dro_lang.testing.strategies.worlds import Kinds, worlds
    from dro_lang.testing.world import Behaviour, DataChange, Operation, Verb, World

_HOMES = {
    "records": "strategies.records",
    "worlds": "strategies.worlds",
    "Kinds": "strategies.worlds",
    "runs": "strategies.runs",
    "Run": "run",
    "PlanMachine": "machine",
    "check_property": "properties",
    "World": "world",
    "Behaviour": "world",
    "DataChange": "world",
    "Operation": "world",
    "Verb": "world",
}

__all__ = [
    "Behaviour",
    "DataChange",
    "Kinds",
    "Operation",
    "PlanMachine",
    "Run",
    "Verb",
    "World",
    "check_property",
    "records",
    "runs",
    "worlds",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as missing:
        if missing.name != "hypothesis":
            raise
        raise ModuleNotFoundError(
            f"`{__name__}.{name}` needs Hypothesis: pip install 'drolang[test]'", name="hypothesis"
        ) from missing
