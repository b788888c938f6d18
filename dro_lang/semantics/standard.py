"""What the standard library declares, for whoever uses a name of it without importing it."""

from collections.abc import Mapping
from functools import cache

from dro_lang.resources import resource
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse


@cache
def standard_modules() -> Mapping[str, ast.File]:
    """The modules of the standard library by their path."""
    files = sorted(resource("stdlib", "std").glob("*.dro"))
    return {f"std.{file.stem}": parse(Source.read(file)).tree for file in files}
