"""The text of a query, laid out for people: a table for each concern, a comment for each column that has a reason."""

from collections.abc import Iterable, Sequence

from attrs import frozen
from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.names import own

_WIDEST = 100
_INDENT = "  "
_SIGNS = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}


@frozen
class Selected:
    """A column of a SELECT: its value, its name (none for `*`), and what there is to say about it."""

    value: exp.Expr
    name: str | None
    comments: tuple[str, ...] = ()


@frozen
class Select:
    """A SELECT: its columns, and the lines from FROM on."""

    columns: tuple[Selected, ...]
    sources: tuple[str, ...]
    comments: tuple[str, ...] = ()


def statement(comments: Iterable[str], tables: Sequence[tuple[str, Select]], last: Select, dialect: Dialect) -> str:
    """A query of tables that build on each other."""
    lines = [_comment(line) for line in comments]
    for number, (name, select) in enumerate(tables):
        opening = "WITH " if number == 0 else ""
        lines.append(f"{opening}{dialect.write(own(name))} AS (")
        lines += [_INDENT + line if line else line for line in _select(select, dialect)]
        lines.append(")," if number + 1 < len(tables) else ")")
    return "\n".join([*lines, *_select(last, dialect)]) + ";\n"


def _select(select: Select, dialect: Dialect) -> list[str]:
    lines = [*map(_comment, select.comments), "SELECT"]
    for number, column in enumerate(select.columns):
        value = _lines(column.value, dialect)
        if column.name is not None and value != [dialect.write(own(column.name))]:
            value[-1] += f" AS {dialect.write(own(column.name))}"
        if number + 1 < len(select.columns):
            value[-1] += ","
        lines += [_INDENT + line for line in (*map(_comment, column.comments), *value)]
    return [*lines, *select.sources]


def _lines(node: exp.Expr, dialect: Dialect) -> list[str]:
    """A value on a line; a long one by its parts: the branches of CASE, what AND and OR join, arguments."""
    text = dialect.write(node)
    if len(text) <= _WIDEST:
        return [text]
    match node:
        case exp.Case() if node.this is None:
            lines = ["CASE"]
            for branch in node.args["ifs"]:
                lines += _indented(_led("WHEN ", _lines(branch.this, dialect)))
                value = _lines(branch.args["true"], dialect)
                if len(value) == 1 and len(lines[-1]) + len(value[0]) < _WIDEST:
                    lines[-1] += f" THEN {value[0]}"
                else:
                    lines += _indented(_indented(_led("THEN ", value)))
            if node.args.get("default") is not None:
                lines += _indented(_led("ELSE ", _lines(node.args["default"], dialect)))
            return [*lines, "END"]
        case exp.And() | exp.Or():
            word = "AND " if isinstance(node, exp.And) else "OR "
            first, *others = node.flatten(unnest=False)
            return [
                *_lines(first, dialect),
                *(line for other in others for line in _led(word, _lines(other, dialect))),
            ]
        case exp.Add() | exp.Sub():
            sign = "+ " if isinstance(node, exp.Add) else "- "
            return [*_lines(node.this, dialect), *_led(sign, _lines(node.expression, dialect))]
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            left, right = _lines(node.this, dialect), _lines(node.expression, dialect)
            return [*left[:-1], *_led(f"{left[-1]} {_SIGNS[type(node)]} ", right)]
        case exp.Cast():
            return ["CAST(", *_indented([*_lines(node.this, dialect), f"AS {dialect.write(node.to)}"]), ")"]
        case exp.Paren():
            return ["(", *_indented(_lines(node.this, dialect)), ")"]
        case exp.Not():
            return _led("NOT ", _lines(node.this, dialect))
        case exp.Coalesce():
            tried = _lines(node.this, dialect)
            instead = ", ".join(dialect.write(each) for each in node.expressions)
            return ["COALESCE(", *_indented([*tried[:-1], tried[-1] + ",", instead]), ")"]
    return dialect.write(node, pretty=True).splitlines()


def _led(word: str, lines: list[str]) -> list[str]:
    return [word + lines[0], *lines[1:]]


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]


def _comment(line: str) -> str:
    return f"-- {line}".rstrip()
