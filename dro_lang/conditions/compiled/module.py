"""The text of the Python that is generated for one plan or condition, and what it refers to."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar

Bound = Callable[[Environment], Any]
"""Binds generated code to a day, a moment, a zone and a calendar."""


_NOWHERE = Environment({}, date.min, datetime.min.replace(tzinfo=UTC), ZoneInfo("UTC"), BusinessCalendar())


class GenerationError(Exception):
    """Python does not take the generated text: a condition is nested deeper than its compiler goes."""


class Module:
    """Text in the making: functions within one that binds them to an environment, and the objects that they name."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names: dict[str, Any] = dict(names)
        self._constants: dict[int, str] = {}
        self._lines: list[str] = []
        self._functions: dict[str, str] = {}
        self._bindings: dict[str, str] = {}

    def constant(self, value: Any) -> str:
        """A name for an object."""
        name = self._constants.get(id(value))
        if name is None:
            name = self._constants[id(value)] = f"c{len(self._constants)}"
            self.names[name] = value
        return name

    def function(self, arguments: str, expression: str) -> str:
        """A name for the function of an expression over its arguments."""
        text = f"({arguments}):\n        return {expression}"
        name = self._functions.get(text)
        if name is None:
            name = self._functions[text] = f"f{len(self._functions)}"
            self._lines.append(f"    def {name}{text}")
        return name

    def block(self, argument: str, lines: list[str]) -> str:
        """A name for the function of some statements."""
        text = "\n".join(f"        {line}" for line in lines)
        name = f"g{len(self._lines)}"
        self._lines.append(f"    def {name}({argument}):\n{text}")
        return name

    def assigned(self, expression: str) -> str:
        """A name for what an expression is worth once the code is bound, after the functions that it may name."""
        name = f"a{len(self._lines)}"
        self._lines.append(f"    {name} = {expression}")
        return name

    def binding(self, expression: str) -> str:
        """A name for what an expression is worth once the code is bound; `env` is what it is bound to."""
        name = self._bindings.get(expression)
        if name is None:
            name = self._bindings[expression] = f"b{len(self._bindings)}"
        return name

    def compiled(self, result: str, title: str) -> Any:
        """What is called `result` in the text, which must need no binding."""
        return self.binding_of(result, title)(_NOWHERE)

    def binding_of(self, result: str, title: str) -> Bound:
        """The function that binds the text and gives what is called `result` in it.

        The text is kept nowhere: a traceback shows the title in the place of a file, and no line. Raises
        GenerationError.
        """
        bound = [f"    {name} = {expression}" for expression, name in self._bindings.items()]
        text = "\n".join(["def bind(env):", *bound, *self._lines, f"    return {result}", ""])
        try:
            code = compile(text, f"<drolang: {title}>", "exec", dont_inherit=True)
        except (SyntaxError, RecursionError, MemoryError, OverflowError) as error:
            raise GenerationError(str(error)) from None
        exec(code, self.names)
        bind: Bound = self.names["bind"]
        return bind
