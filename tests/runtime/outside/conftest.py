"""What tests of the outside share: a server that answers as it is told, and outsides of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dro_lang.program.model import Program
from dro_lang.runtime.outside.configured import ConfiguredOutside, Resources
from tests.runtime.outside.counterpart import Counterpart, counterpart
from tests.runtime.outside.plans import configuration

Outsides = Callable[..., ConfiguredOutside]


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as made:
        yield made


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outsides]:
    """Makes the outside of a program, by the text of a configuration."""
    made: list[ConfiguredOutside] = []

    def make(program: Program, text: str) -> ConfiguredOutside:
        made.append(ConfiguredOutside(program, Resources(configuration(text, tmp_path))))
        return made[-1]

    yield make
    for each in made:
        each.resources.close()
