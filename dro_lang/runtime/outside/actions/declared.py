"""Callables that say which action they carry out, and where they are found: modules and entry points."""

import inspect
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from attrs import frozen

from dro_lang.kernel.commands import Key

F = TypeVar("F", bound=Callable[..., Any])

GROUP = "drolang.actions"
"""The group of entry points: each names a module with actions, or one action."""
_MARK = "__drolang_action__"


@frozen
class Call:
    """One call of an action. `key` is the idempotency key: the same for a repeat after a crash, and of nothing else.

    `run_as` is the user that the step names, if it names one.
    """

    key: str
    plan: str
    step: str
    item: str | None
    attempt: int
    run_as: str | None = None

    @classmethod
    def of(cls, key: Key, run_as: str | None) -> "Call":
        return cls(str(key), key.plan, f"{key.step.group}.{key.step.step}", key.step.item, key.attempt, run_as)


@frozen
class Declared:
    """A callable that carries out the action of a name, for at most `timeout` (None: as configured). One that is
    `local` touches nothing outside."""

    name: str
    function: Callable[..., Any]
    timeout: timedelta | None = None
    local: bool = False

    @property
    def origin(self) -> str:
        """Where a person finds it."""
        module = getattr(self.function, "__module__", "?")
        return f"{module}.{getattr(self.function, '__qualname__', type(self.function).__name__)}"


def action(name: str, *, timeout: float | None = None, local: bool = False) -> Callable[[F], F]:
    """Declare that a function, plain or `async`, carries out the action of this name.

    It takes the action's arguments by their names, and, in a parameter annotated with `Call`, who calls. It gives the
    results as a mapping or an object that has them, or None where there are none. It may take `timeout` seconds.

    `local` says that it touches nothing outside, and only works something out, in no time: the engine then calls it
    before it has written down that it does, and calls it again if it comes to an end before it has.
    """
    if local and timeout is not None:
        raise ValueError("a local action is not timed: it works something out in no time")
    if timeout is not None and timeout <= 0:
        raise ValueError("a timeout is a number of seconds above zero")
    bound = None if timeout is None else timedelta(seconds=timeout)

    def mark(function: F) -> F:
        if local and is_async(function):
            raise ValueError("a local action is a plain function: it waits for nothing")
        setattr(function, _MARK, Declared(name, function, bound, local))
        return function

    return mark


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine; of an object, its own way of being called counts."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


@frozen
class Unusable:
    """A module or an entry point that could not be loaded."""

    name: str
    reason: str


def in_modules(names: tuple[str, ...], folder: Path) -> Iterator[Declared | Unusable]:
    """The actions that modules declare. They are looked for in the folder too, before anywhere else."""
    if names and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    for name in names:
        try:
            yield from _declared(import_module(name))
        except Exception as error:  # whatever a module does when it is imported
            yield Unusable(name, _why(error, name))


def in_entry_points() -> Iterator[Declared | Unusable]:
    """The actions of installed packages: those of the modules that they name, or of an entry point's own name."""
    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as error:
            yield Unusable(point.value, _why(error, point.value))
            continue
        if isinstance(loaded, ModuleType):
            yield from _declared(loaded)
        else:
            yield getattr(loaded, _MARK, None) or Declared(point.name, loaded)


def _declared(module: ModuleType) -> Iterator[Declared]:
    for value in list(vars(module).values()):
        mark = getattr(value, _MARK, None) if callable(value) else None
        if isinstance(mark, Declared):
            yield mark


def _why(error: Exception, module: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name in (module, module.split(".")[0]):
        return "there is no such module"
    if isinstance(error, ModuleNotFoundError):
        return f"it needs the module `{error.name}`, which is not installed"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno} is not Python: {error.msg}"
    return f"importing it raises {type(error).__name__}"
