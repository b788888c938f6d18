"""The messages of `grammar/messages`: one file each, with the text that makes parsing stop where the message applies.

    code: E0002
    message: `Money` needs its currency
    help: write `Money in EUR`
    before: anything

    language 1.0
    record Invoice {
      balance : Money
    }

`{found}` and `{previous}` stand for the token that does not fit and for the one before it. A message is for the
parser's state and the look-ahead at which its text fails; with `before: anything` it is for every look-ahead in that
state. More texts for the same message follow after lines of `---`. The method is Jeffery's, "Generating LR syntax error
messages from examples" (2003), as Menhir has it.
"""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from dro_lang.source import Source
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.recovery.mend import mend
from dro_lang.syntax.recovery.wording import places as keys
from dro_lang.syntax.tables.model import Message, Tables

_FIELDS = {"code", "message", "help", "before"}


@frozen
class Entry:
    """A message file: the message, the texts that are its examples, and whether it holds before any look-ahead."""

    name: str
    message: Message
    examples: tuple[str, ...]
    before_anything: bool


def entry(name: str, text: str) -> Entry:
    """The entry that is the text of a message file. Raises ValueError for one that has not the form."""
    head, _, body = text.partition("\n\n")
    fields: Mapping[str, str] = dict(line.split(": ", 1) for line in head.splitlines())
    if not {"code", "message"} <= fields.keys() <= _FIELDS or not body:
        raise ValueError(f"{name}: it has a code, a message, perhaps a help, an empty line and an example")
    message = Message(fields["code"], fields["message"], fields.get("help"))
    examples = tuple(part.strip("\n") + "\n" for part in body.split("\n---\n"))
    return Entry(name, message, examples, fields.get("before") == "anything")


def with_messages(tables: Tables, entries: Iterable[Entry]) -> Tables:
    """The tables with messages. Raises ValueError where an example parses, or has the place of another message."""
    messages: dict[str, Message] = {}
    places: dict[str, str] = {}
    for each in entries:
        for example in each.examples:
            source = Source(each.name, example)
            failures = mend(source, tables, lex(source, tables).tokens).failures
            if not failures:
                raise ValueError(f"{each.name}: an example parses")
            place = keys(failures[0])[-1 if each.before_anything else 0]
            if places.setdefault(place, each.name) != each.name:
                raise ValueError(f"{each.name} and {places[place]} are for the same place")
            messages[place] = each.message
    return evolve(tables, messages=messages)
