"""The state of a plan with many steps, kept in pieces: a turn changes few of them, and only those are written."""

import json
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from attrs import evolve, frozen

from dro_lang.kernel.codec import state_from_json, state_text, text_of_part, text_of_row
from dro_lang.kernel.states import PlanState, StepState
from dro_lang.kernel.writing import compact
from dro_lang.program.values import Row

MANY = 64
"""A state with more steps than this is kept in pieces."""
_STEPS = 32
"""So many steps make a piece."""


@frozen(slots=False, eq=False)
class Piece:
    """The row of a state, or some of its steps, one after the other."""

    content: Row | tuple[StepState, ...]

    @cached_property
    def data(self) -> bytes:
        if isinstance(self.content, tuple):
            text = f"[{','.join([text_of_part(step, StepState) for step in self.content])}]"
        else:
            text = text_of_row(self.content)
        return zlib.compress(text.encode(), 1)

    @cached_property
    def checksum(self) -> int:
        return zlib.crc32(self.data)


@frozen(eq=False)
class Pieces:
    """A state in pieces: its row, then its steps."""

    state: PlanState
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, state: PlanState, before: object = None) -> "Pieces":
        """`before` are the pieces of an earlier state of the plan, if they are known. What has not changed since is the
        same piece."""
        contents: list[Row | tuple[StepState, ...]] = [state.row]
        contents += [state.steps[first : first + _STEPS] for first in range(0, len(state.steps), _STEPS)]
        known = before.pieces if isinstance(before, Pieces) else ()
        pairs = zip(known, contents, strict=False)
        same = [piece if piece.content == content else Piece(content) for piece, content in pairs]
        return cls(state, (*same, *map(Piece, contents[len(same) :])))

    def data(self) -> bytes:
        """What is left of the state: all but the pieces, with their checksums."""
        rest = state_text(evolve(self.state, row={}, steps=()))
        checksums = compact([piece.checksum for piece in self.pieces])
        return f'{{"pieces":{checksums},"state":{rest}}}'.encode()

    def changed(self, before: object) -> Iterator[tuple[int, bytes]]:
        """The pieces that are not those of an earlier state, with their numbers."""
        known = before.pieces if isinstance(before, Pieces) else ()
        for number, piece in enumerate(self.pieces):
            if number >= len(known) or piece is not known[number]:
                yield number, piece.data


def in_pieces(data: bytes) -> bool:
    """Whether this is what is left of a state that is kept in pieces."""
    return data.startswith(b'{"pieces"')


def put_together(data: bytes, pieces: Iterable[bytes]) -> PlanState:
    """The state again. Raises ValueError for what is none, or other pieces than were written with it."""
    document = json.loads(data)
    found = list(pieces)
    if list(map(zlib.crc32, found)) != document["pieces"]:
        raise ValueError("the checksums of its pieces do not fit")
    row, *steps = (json.loads(zlib.decompress(piece)) for piece in found)
    whole: dict[str, Any] = {**document["state"], "row": row, "steps": [step for some in steps for step in some]}
    return state_from_json(whole)
