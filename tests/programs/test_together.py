"""Modules that are checked together come to what each comes to by itself, whatever is in them."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from hypothesis import strategies as st

from dro_lang.diagnostics.render.text import render
from dro_lang.pipeline import check_texts
from dro_lang.program.serial import to_json
from dro_lang.recall import compiled, findings
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


@law(40, sources=several())
def test_a_program_that_is_recalled_is_the_one_that_was_checked(sources: Sources) -> None:
    with TemporaryDirectory() as folder, mock.patch.dict(os.environ, DROLANG_CACHE=f"{folder}/cache"):
        for source, path in written(Path(folder), sources):
            (checked,) = check_texts([(source, path)])
            assert compiled(source, path).program == checked.program
            with mock.patch("dro_lang.pipeline.check_texts", side_effect=AssertionError) as compiler:
                if checked.program is None:
                    continue
                known = compiled(source, path)
                assert not compiler.called
            assert known.program == checked.program
            assert repr(known.program) == repr(checked.program)
            assert known.program is not None
            assert to_json(known.program) == to_json(checked.program)
            assert render(known.diagnostics) == render(checked.diagnostics)


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
