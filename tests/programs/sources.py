"""Whole programs as text, in one module or several."""

import re
from collections.abc import Mapping

from attrs import evolve, field, frozen

from dro_lang.loader import Loader
from dro_lang.pipeline import Checked, check_source
from dro_lang.program.model import Program
from dro_lang.resources import resource
from dro_lang.semantics.check import check
from dro_lang.semantics.modules import gather
from dro_lang.source import Source
from dro_lang.syntax.parser import parse

STANDARD = Loader(resource("stdlib"))


@frozen(repr=False)
class Sources:
    """The texts of modules by their paths, the entry last."""

    modules: Mapping[str, str] = field(factory=dict)

    @property
    def entry(self) -> str:
        return list(self.modules)[-1]

    @property
    def text(self) -> str:
        return self.modules[self.entry]

    def load(self, module: str) -> Source | None:
        text = self.modules.get(module)
        return STANDARD(module) if text is None else Source(f"{module}.dro", text)

    def check(self) -> Checked:
        return check_source(Source(f"{self.entry}.dro", self.text), self.entry, self.load)

    @property
    def program(self) -> Program:
        """The program without what is proved of it, so that its scenarios may be wrong."""
        source = Source(f"{self.entry}.dro", self.text)
        world, found = gather(source, parse(source), self.entry, self.load)
        program, problems = check(world)
        assert program is not None, [*found, *problems]
        return program

    def with_entry(self, text: str) -> "Sources":
        return evolve(self, modules={**self.modules, self.entry: text})

    def __repr__(self) -> str:
        return "\n".join(f"---- {module}\n{text}" for module, text in self.modules.items())


_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*')
_NAME = re.compile(r"\b[A-Z]\w*")


def names_in(text: str) -> frozenset[str]:
    """The names of declarations and constants that a text mentions."""
    return frozenset(_NAME.findall(_STRING_OR_COMMENT.sub("", text)))
