"""Modules that are checked together come to what each comes to by itself, whatever is in them."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from hypothesis import strategies as st

from dro_lang.diagnostics.render.text import render
from dro_lang.pipeline import check_texts
from dro_lang.program.serial import to_json
from dro_lang.recall import findings
from dro_lang.source import Source
from tests.programs.laws import law
from tests.programs.sources import Sources
from tests.programs.strategies import programs
from tests.programs.test_mistakes import with_a_mistake

TWIN = "shop.twin"


@st.composite
def several(draw: st.DrawFn) -> Sources:
    """A program's modules, now and then with a second entry that says the same, and with a mistake in one of them."""
    sources = draw(programs())
    modules = dict(sources.modules)
    if draw(st.booleans()):
        modules[TWIN] = sources.text.replace(f"module {sources.entry}", f"module {TWIN}", 1)
    if draw(st.booleans()):
        module = draw(st.sampled_from(list(modules)))
        modules[module] = draw(with_a_mistake(modules[module]))
    order = draw(st.permutations(list(modules)))
    return Sources({module: modules[module] for module in order})


@law(60, sources=several())
def test_files_checked_together_come_to_what_each_comes_to_by_itself(sources: Sources) -> None:
    with TemporaryDirectory() as folder:
        texts = written(Path(folder), sources)
        for text, together in zip(texts, check_texts(texts), strict=True):
            (alone,) = check_texts([text])
            assert render(together.diagnostics) == render(alone.diagnostics)
            assert (together.program and to_json(together.program)) == (alone.program and to_json(alone.program))


@law(20, sources=several())
def test_what_is_recalled_is_what_was_found(sources: Sources) -> None:
    with TemporaryDirectory() as folder, mock.patch.dict(os.environ, DROLANG_CACHE=f"{folder}/cache"):
        texts = written(Path(folder), sources)
        first = [render(found) for found in findings(texts)]
        assert [render(found) for found in findings(texts)] == first
        assert first == [render(checked.diagnostics) for checked in check_texts(texts)]


def written(folder: Path, sources: Sources) -> list[tuple[Source, Path]]:
    """The modules as files below a folder, which is the source root whatever they call themselves."""
    (folder / "drolang.toml").touch()
    texts = []
    for module, text in sources.modules.items():
        path = folder.resolve().joinpath(*module.split(".")).with_suffix(".dro")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        texts.append((Source.read(path), path))
    return texts
