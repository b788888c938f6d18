"""The first line of a file, `language 1.0`: looked at before all else, as every rule of the grammar comes after it."""

from collections.abc import Sequence

from attrs import evolve

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax.recovery.candidates import is_similar
from dro_lang.syntax.tree import END, Token

VERSION = "1.0"

_HELP = "write `language 1.0` on the first line"


def with_header(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of a file with `language 1.0` in front, and E0008 if the text has it otherwise."""
    docs = next(index for index, token in enumerate(tokens) if token.type != "DOC")
    rest = list(tokens[docs:])
    first, second = rest[0], rest[min(1, len(rest) - 1)]
    if first.type == "LANGUAGE" or (is_similar(first, "language") and second.type == "NUMBER"):
        header, rest, findings = _written(source, rest)
        return [*header, *tokens[:docs], *rest], findings
    start = 1 if source.text.startswith("\ufeff") else 0
    late = next((index for index in range(len(rest) - 1) if _is_header(rest, index)), None)
    if late is not None:
        span = Span(source, rest[late].start, rest[late + 1].end)
        finding = diagnose("E0008", span, "the language version stands below other lines", help=_HELP)
        del rest[late : late + 2]
    else:
        place = Span(source, start, start)
        fix = Fix("write `language 1.0`", (Edit(place, f"language {VERSION}\n"),))
        why = "" if first.type != END or docs else "the file is empty"
        finding = diagnose(
            "E0008", place, "the file does not say its language version", why=why, help=_HELP, fixes=(fix,)
        )
    return [*_header(start), *tokens[:docs], *rest], [finding]


def _header(position: int) -> list[Token]:
    return [Token("LANGUAGE", "language", position, position), Token("NUMBER", VERSION, position, position)]


def _is_header(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].type == "LANGUAGE" and tokens[index + 1].type == "NUMBER" and tokens[index + 1] == VERSION


def _written(source: Source, tokens: list[Token]) -> tuple[list[Token], list[Token], list[Diagnostic]]:
    """The header as it should be, the tokens after it, and what is wrong with it."""
    word = tokens[0]
    line_end = source.text.find("\n", word.end)
    line_end = len(source.text) if line_end < 0 else line_end
    version: list[Token] = []
    for token in tokens[1:]:
        is_next = token.start == (version[-1].end if version else token.start)
        if token.start >= line_end or token.type in ("MODULE", END) or not is_next:
            break
        version.append(token)
    rest = tokens[1 + len(version) :]
    end = version[-1].end if version else word.end
    number = Token("NUMBER", VERSION, version[0].start if version else end, end)
    header = [Token("LANGUAGE", "language", word.start, word.end), number]
    written = source.text[number.start : number.end]
    if word == "language" and written == VERSION:
        return header, rest, []
    fix = Fix("write `language 1.0`", (Edit(Span(source, word.start, end), f"language {VERSION}"),))
    if word != "language":
        finding = diagnose(
            "E0008", Span(source, word.start, word.end), f"`{word}` is not `language`", help=_HELP, fixes=(fix,)
        )
    elif not version:
        place = Span(source, end, end)
        finding = diagnose("E0008", place, "the version of the language is missing", help=_HELP, fixes=(fix,))
    else:
        place = Span(source, number.start, number.end)
        message = f"there is no version `{written}` of the language that this release can read"
        unsafe = evolve(fix, safety=Safety.UNSAFE)
        finding = diagnose("E0008", place, message, help=_HELP, fixes=(unsafe,))
    return header, rest, [finding]
