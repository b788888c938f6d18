"""The grammar, what is made of it, and the cache."""

import json
import os
import subprocess
import sys
from pathlib import Path

import lark as library
import pytest
from attrs import evolve

from dro_lang.resources import resource
from dro_lang.source import Source
from dro_lang.syntax.automaton import build_tree
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.recovery.mend import mend
from dro_lang.syntax.tables import store
from dro_lang.syntax.tables.compile import lark
from dro_lang.syntax.tables.language import language
from dro_lang.syntax.tree import Token, Tree
from tests.syntax.texts import EXAMPLES

GRAMMAR = resource("grammar", "dro.lark").read_text(encoding="utf-8")


def test_the_grammar_is_clean_under_strict_mode() -> None:
    """No choice is left to Lark: no conflict between shifting and reducing, no two patterns for one text."""
    lark(GRAMMAR, strict=True)


def test_strict_mode_would_tell() -> None:
    with pytest.raises(library.exceptions.GrammarError):
        lark(GRAMMAR.replace('?unary: "not" unary', '?unary: expr "xor" expr -> xor | "not" unary'), strict=True)


def as_lists(part: object) -> object:
    """A tree, of this package or of Lark, in a form that can be compared."""
    if isinstance(part, Tree | library.Tree):
        return [str(part.data), *(as_lists(child) for child in part.children)]
    assert isinstance(part, Token | library.Token)
    return [part.type, str(part)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_driver_builds_the_tree_that_lark_builds(path: Path) -> None:
    source, tables = Source.read(path), language()
    tokens = mend(source, tables, lex(source, tables).tokens).tokens
    theirs = lark(GRAMMAR).parser.parser.parser
    state = theirs.parse(None, "file", start_interactive=True).parser_state
    for token in tokens[:-1]:
        state.feed_token(library.Token(token.type, str(token), token.start))
    tree = state.feed_token(library.Token("$END", ""), is_end=True)
    assert as_lists(build_tree(tables, tokens)) == as_lists(tree)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_tables_come_back_from_the_cache_as_they_were(directory: Path) -> None:
    store.write_tables(directory, "key", language())
    found = store.read_tables(directory, "key")
    assert found is not None
    for name in ("pattern", "ignored", "keywords", "spellings", "rows", "rules", "start", "accept", "messages"):
        assert getattr(found, name) == getattr(language(), name)


def test_another_key_is_another_file(directory: Path) -> None:
    store.write_tables(directory, "key", language())
    assert store.read_tables(directory, "other") is None


def test_the_cache_is_for_the_user_alone(directory: Path) -> None:
    store.write_tables(directory, "key", language())
    [file] = directory.iterdir()
    assert directory.stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the user's profile itself")
@pytest.mark.parametrize("mode", [0o660, 0o606])
def test_a_file_that_others_can_write_is_not_read(directory: Path, mode: int) -> None:
    store.write_tables(directory, "key", language())
    [file] = directory.iterdir()
    file.chmod(mode)
    assert store.read_tables(directory, "key") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the user's profile itself")
def test_a_directory_that_others_can_write_is_not_read(directory: Path) -> None:
    store.write_tables(directory, "key", language())
    directory.chmod(0o777)
    assert store.read_tables(directory, "key") is None


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_read(directory: Path) -> None:
    store.write_tables(directory, "key", language())
    [file] = directory.iterdir()
    os.chown(file, 65534, 65534)
    assert store.read_tables(directory, "key") is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"pattern": 1}', "\x00\xff"])
def test_a_spoilt_file_is_not_read(directory: Path, content: str) -> None:
    store.write_tables(directory, "key", language())
    [file] = directory.iterdir()
    file.write_text(content, encoding="latin-1")
    assert store.read_tables(directory, "key") is None


def test_where_nothing_can_be_written_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store.write_tables(tmp_path / "file" / "cache", "key", language())
    assert store.read_tables(tmp_path / "file" / "cache", "key") is None


def test_a_file_holds_data_and_no_code(directory: Path) -> None:
    store.write_tables(directory, "key", evolve(language(), messages={}))
    [file] = directory.iterdir()
    assert isinstance(json.loads(file.read_text(encoding="utf-8")), dict)


def run(script: str, cache: Path) -> str:
    environment = {**os.environ, "DROLANG_CACHE": "", "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="the cache is elsewhere")
def test_with_tables_in_the_cache_lark_is_not_loaded(tmp_path: Path) -> None:
    script = (
        "import sys; from dro_lang.syntax.parser import parse; from dro_lang.source import Source;"
        "parse(Source('', 'language 1.0')); print('lark' in sys.modules)"
    )
    assert run(script, tmp_path) == "True"
    assert run(script, tmp_path) == "False"
