"""A plan's state as text. A turn changes few of its parts, so the texts of the others are kept."""

import json
import zlib
from typing import Any

from attrs import frozen

from dro_lang.kernel.codec import state_from_json, state_text, text_of_part, text_of_row
from dro_lang.kernel.states import GroupInstance, PlanState, StepState


@frozen
class Parts:
    """The texts of a state's parts."""

    state: PlanState
    row: str
    groups: tuple[str, ...]
    steps: tuple[str, ...]

    @classmethod
    def of(cls, state: PlanState, before: object = None) -> "Parts":
        """`before` are the parts of an earlier state of the plan, if they are known: what has not changed since is the
        same object."""
        if not isinstance(before, Parts):
            row = text_of_row(state.row)
            groups = _texts(state.groups, (), (), GroupInstance)
            steps = _texts(state.steps, (), (), StepState)
        else:
            old = before.state
            row = before.row if old.row is state.row else text_of_row(state.row)
            groups = _texts(state.groups, old.groups, before.groups, GroupInstance)
            steps = _texts(state.steps, old.steps, before.steps, StepState)
        return cls(state, row, groups, steps)

    def text(self) -> str:
        """The JSON of the state: what `state_to_json` gives."""
        state = self.state
        # All but the parts. The row has no default value, so an empty one marks where it stands.
        rest = PlanState(
            id=state.id,
            program=state.program,
            plan=state.plan,
            row={},
            moment=state.moment,
            status=state.status,
            scenarios=state.scenarios,
            offline=state.offline,
            timer=state.timer,
            finished_steps=state.finished_steps,
        )
        groups = f',"groups":[{",".join(self.groups)}]' if self.groups else ""
        steps = f',"steps":[{",".join(self.steps)}]' if self.steps else ""
        before, mark, after = state_text(rest).partition('"row":')
        return f"{before}{mark}{self.row}{after[2:-1]}{groups}{steps}}}"


def _texts(parts: tuple[Any, ...], before: tuple[Any, ...], texts: tuple[str, ...], kind: Any) -> tuple[str, ...]:
    known = [
        text if part is old else text_of_part(part, kind) for part, old, text in zip(parts, before, texts, strict=False)
    ]
    return *known, *(text_of_part(part, kind) for part in parts[len(known) :])


def packed(parts: Parts) -> bytes:
    """A state as it is stored: JSON, deflated where the plan is at rest. One that waits for the outside will soon be
    written again."""
    text = parts.text().encode()
    return text if any(step.sent for step in parts.state.steps) else zlib.compress(text, 1)


def unpacked(data: bytes) -> PlanState:
    """Raises ValueError for what is no state, zlib.error for what is not even deflated."""
    text = data if data.startswith(b"{") else zlib.decompress(data)
    return state_from_json(json.loads(text))
