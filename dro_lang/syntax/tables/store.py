"""The tables of the grammar, kept between runs."""

from pathlib import Path
from typing import Any

from attrs import asdict

from dro_lang.cache import read_json, write_json
from dro_lang.syntax.tables.model import Message, Rule, Tables


def read_tables(directory: Path, key: str) -> Tables | None:
    """The tables that were stored under a key, if they are there and only this user could have written them."""
    try:
        document = read_json(directory, _name(key))
        return None if document is None else _from_json(document)
    except (ValueError, KeyError, TypeError):
        return None


def write_tables(directory: Path, key: str, tables: Tables) -> None:
    """Store tables under a key; nothing happens where that is not possible."""
    write_json(directory, _name(key), asdict(tables))


def _name(key: str) -> str:
    return f"tables-{key}.json"


def _from_json(data: dict[str, Any]) -> Tables:
    return Tables(
        **{
            **data,
            "ignored": frozenset(data["ignored"]),
            "rows": tuple(data["rows"]),
            "rules": tuple(Rule(**rule) for rule in data["rules"]),
            "messages": {key: Message(**message) for key, message in data["messages"].items()},
        }
    )
