"""What is said where parsing stops: the message that `grammar/messages` has for the place, or else one from what the
grammar expects there."""

from collections.abc import Callable, Sequence

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax.automaton import Stack, expected
from dro_lang.syntax.recovery.hints import NO_UNITS, hint
from dro_lang.syntax.recovery.phrases import Block, described, family, innermost, phrase, shown
from dro_lang.syntax.recovery.repairs import Kind, Repair
from dro_lang.syntax.tables.model import Message, Tables
from dro_lang.syntax.tree import END, Token

_STARTS = "write `starts on due_date`, with a time of day `starts on due_date at 09:00`"


@frozen
class Failure:
    """Where parsing stopped: in a settled state, before the terminal of token `index`, which may begin its line; and
    how it went on."""

    state: int
    terminal: str
    begins_line: bool
    index: int
    repair: Repair


def finding(
    source: Source, tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failure: Failure
) -> Diagnostic:
    """The diagnostic for a failure."""
    scene = _Scene(source, tables, stacks, tokens, failure)
    special = _SPECIAL.get(failure.repair.kind)
    if special:
        return special(scene)
    if scene.is_closing:
        return _too_many(scene)
    if failure.repair.kind is Kind.REPLACE and failure.repair.start < failure.index:
        return _wrong_case(scene, failure.repair)
    is_certain = scene.token.type == END or failure.repair.kind is Kind.CUT
    if is_certain and (unclosed := _unclosed(scene)):
        return unclosed
    if scene.previous == "at" and scene.tokens[failure.index - 2] == "starts":
        return diagnose("E0001", scene.span(scene.previous), "a start is not written with `at`", help=_STARTS)
    if scene.previous.type == "NUMBER" and scene.token in NO_UNITS:
        return diagnose("E0001", scene.here, f"{shown(scene.token)} is no unit of time", help=hint(scene.token))
    for place in places(failure):
        message = tables.messages.get(place)
        if message and (message.code != "E0001" or scene.token.type != END):
            return _written(scene, message)
    if failure.repair.kind is Kind.DELETE and failure.repair.start < failure.index:
        return _too_many(scene)
    return _unclosed(scene) or (_missing(scene) if failure.repair.kind is Kind.INSERT else _unexpected(scene))


def places(failure: Failure) -> list[str]:
    """The keys of the messages for a failure, the best first: for its look-ahead, at the beginning of a line or not as
    it is here; for its look-ahead where that is the other way round, unless it is clear what is missing; for any
    look-ahead."""
    place = f"{failure.state} {failure.terminal}"
    here, elsewhere = (" first", "") if failure.begins_line else ("", " first")
    is_missing = failure.repair.kind is Kind.INSERT
    return [place + here, *([] if is_missing else [place + elsewhere]), str(failure.state)]


@frozen
class _Scene:
    source: Source
    tables: Tables
    stacks: Sequence[Stack]
    tokens: Sequence[Token]
    failure: Failure

    @property
    def stack(self) -> Stack:
        return self.stacks[self.failure.index]

    @property
    def token(self) -> Token:
        return self.tokens[self.failure.index]

    @property
    def previous(self) -> Token:
        return self.tokens[self.failure.index - 1]

    @property
    def repair(self) -> Repair:
        return self.failure.repair

    @property
    def is_closing(self) -> bool:
        """Whether what is left out is a bracket that closes."""
        return self.repair.kind is Kind.DELETE and self.tokens[self.repair.start] in ("}", ")", "]")

    @property
    def gap(self) -> Span:
        """Right behind the token before."""
        return Span(self.source, self.previous.end, self.previous.end)

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)

    @property
    def here(self) -> Span:
        return self.gap if self.token.type == END else self.span(self.token)

    @property
    def expected(self) -> list[str]:
        return expected(self.tables, self.stack)


def _written(scene: _Scene, message: Message) -> Diagnostic:
    place = scene.gap if message.code in ("E0002", "E0005", "E0302") else scene.here
    text, help = _filled_in(scene, message.text), message.help and _filled_in(scene, message.help)
    block = innermost(scene.stack, scene.tokens)
    labels = _opened(scene, block) if message.code == "E0005" and block else ()
    fixes = _insertion(scene)
    is_what_it_says = bool(fixes) and f"`{scene.repair.tokens[0]}` is missing" in text
    return diagnose(message.code, place, text, *labels, help=help, fixes=fixes if is_what_it_says else ())


def _filled_in(scene: _Scene, text: str) -> str:
    return text.replace("{found}", shown(scene.token)).replace("{previous}", shown(scene.previous))


def _opened(scene: _Scene, block: Block) -> tuple[tuple[Span, str], ...]:
    return ((scene.span(block.opening), "opened here"),)


def _insertion(scene: _Scene) -> tuple[Fix, ...]:
    repair = scene.repair
    if repair.kind is not Kind.INSERT or repair.tokens[0].type not in scene.tables.spellings:
        return ()
    word = str(repair.tokens[0])
    text = f" {word}" if word[0].isalpha() or word == "{" else word
    return (Fix(f"write `{word}`", (Edit(scene.gap, text),), Safety.UNSAFE),)


def _unclosed(scene: _Scene) -> Diagnostic | None:
    """E0005, where `}` are missing or the file ends in the middle of a block."""
    block, repair = innermost(scene.stack, scene.tokens), scene.repair
    only_braces = repair.start == repair.end and all(token == "}" for token in repair.tokens)
    if block is None or not (only_braces or scene.token.type == END):
        return None
    line = scene.source.position(block.opening.start)[0]
    closing = {"{": "}", "(": ")", "[": "]"}[block.opening]
    message = f"`{closing}` expected to close {block.phrase} opened on line {line}"
    help = None
    if not only_braces:
        message = f"the file ends before `{closing}` closes {block.phrase} opened on line {line}"
        help = f"{described(scene.tables, scene.stack, scene.expected)} is expected next"
    return diagnose("E0005", scene.gap, message, *_opened(scene, block), help=help, fixes=_insertion(scene))


def _missing(scene: _Scene) -> Diagnostic:
    terminal = scene.repair.tokens[0].type
    together = None if scene.repair.is_sure else family(scene.expected, terminal)
    what = together or phrase(scene.tables, scene.stack, terminal)
    labels: tuple[tuple[Span, str], ...] = ()
    block = innermost(scene.stack, scene.tokens)
    if terminal in ("RPAR", "RSQB") and block:
        labels = _opened(scene, block)
    return diagnose(
        "E0002", scene.gap, f"{what} is missing after {shown(scene.previous)}", *labels, fixes=_insertion(scene)
    )


def _unexpected(scene: _Scene) -> Diagnostic:
    token, repair = scene.token, scene.repair
    wanted = described(scene.tables, scene.stack, scene.expected)
    if repair.kind is Kind.REPLACE and {token.type, repair.tokens[0].type} == {"LOWER", "UPPER"}:
        return _wrong_case(scene, repair)
    if token.type == END:
        return diagnose("E0002", scene.gap, f"{wanted} is expected after {shown(scene.previous)}, but the file ends")
    fixes: tuple[Fix, ...] = ()
    if repair.kind is Kind.DELETE:
        fixes = (Fix(f"leave out {shown(token)}", (Edit(scene.here, ""),), Safety.UNSAFE),)
    message = f"{wanted} is expected here, found {shown(token)}"
    return diagnose("E0001", scene.here, message, help=hint(token), fixes=fixes)


def _wrong_case(scene: _Scene, repair: Repair) -> Diagnostic:
    token = scene.tokens[repair.start]
    what = phrase(scene.tables, scene.stacks[repair.start], repair.tokens[0].type)
    if token.type == "LOWER":
        better = "".join(part.capitalize() for part in token.split("_")) or token
        message = f"{_here(what)} begins with a capital, `{token}` does not"
    else:
        better = "".join(f"_{char}" if char.isupper() else char for char in token).lower().lstrip("_")
        message = f"{_here(what)} is in lower case, `{token}` is not"
    # Where its words begin only its author knows: as the file writes it elsewhere.
    kind = repair.tokens[0].type
    better = next((str(each) for each in scene.tokens if each.type == kind and _alike(each, token)), better)
    place = scene.span(token)
    fix = Fix(f"write `{better}`", (Edit(place, better),), Safety.UNSAFE)
    return diagnose("E0001", place, message, help=f"write `{better}`", fixes=(fix,))


def _alike(one: str, other: str) -> bool:
    return one.replace("_", "").lower() == other.replace("_", "").lower()


def _here(what: str) -> str:
    """The name of a part, without what is about to be said of it."""
    return "a name here" if what in ("a name in lower case", "a name with a capital") else what


def _misspelled(scene: _Scene) -> Diagnostic:
    token, word = scene.tokens[scene.repair.start], scene.repair.tokens[0]
    place = scene.span(token)
    fix = Fix(f"write `{word}`", (Edit(place, str(word)),), Safety.UNSAFE)
    return diagnose("E0001", place, f"`{token}` cannot stand here", help=f"did you mean `{word}`?", fixes=(fix,))


def _repeated(scene: _Scene) -> Diagnostic:
    before, token = scene.tokens[scene.repair.start - 1], scene.tokens[scene.repair.start]
    place = scene.span(token)
    fix = Fix("leave one out", (Edit(Span(scene.source, before.end, token.end), ""),), Safety.UNSAFE)
    return diagnose(
        "E0001", place, f"{shown(token)} stands here twice", (scene.span(before), "here first"), fixes=(fix,)
    )


def _swapped(scene: _Scene) -> Diagnostic:
    then, first = scene.repair.tokens[1], scene.repair.tokens[0]
    place = Span(scene.source, then.start, first.end)
    better = f"{first} {then}"
    fix = Fix(f"write `{better}`", (Edit(place, better),), Safety.UNSAFE)
    return diagnose("E0001", place, f"{shown(then)} and {shown(first)} have changed places", fixes=(fix,))


def _too_many(scene: _Scene) -> Diagnostic:
    token = scene.tokens[scene.repair.start]
    place = scene.span(token)
    fix = Fix(f"leave out {shown(token)}", (Edit(place, ""),), Safety.UNSAFE)
    message = f"{shown(token)} cannot stand here"
    if scene.is_closing:
        is_open = innermost(scene.stacks[scene.repair.start], scene.tokens)
        message = f"there is one {shown(token)} too many" if is_open else f"this {shown(token)} closes nothing"
    return diagnose("E0001", place, message, help="leave it out", fixes=(fix,))


def _undocumented(scene: _Scene) -> Diagnostic:
    first, last = scene.tokens[scene.repair.start], scene.tokens[scene.repair.end - 1]
    edits = tuple(
        Edit(Span(scene.source, token.start, token.start + 3), "//")
        for token in scene.tokens[scene.repair.start : scene.repair.end]
    )
    return diagnose(
        "E0001",
        Span(scene.source, first.start, last.end),
        "nothing that can be documented follows this `///`",
        help="write `//` for a comment",
        fixes=(Fix("write `//`", edits),),
    )


_SPECIAL: dict[Kind, Callable[[_Scene], Diagnostic]] = {
    Kind.MISSPELLED: _misspelled,
    Kind.REPEATED: _repeated,
    Kind.SWAP: _swapped,
    Kind.UNDOCUMENTED: _undocumented,
}
