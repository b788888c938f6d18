"""The JSON of states, events, commands and histories: what is not of this form is refused, not guessed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dro_lang.kernel.codec import (
    VERSION,
    command_from_json,
    command_to_json,
    entry_from_json,
    entry_to_json,
    event_from_json,
    event_to_json,
    state_from_json,
    state_to_json,
)
from dro_lang.kernel.commands import SetTimer
from dro_lang.kernel.events import Freeze
from dro_lang.kernel.history import PlanChanged
from dro_lang.kernel.states import PlanStatus
from tests.kernel.builders import group, manual, start

AT = datetime(2026, 3, 2, tzinfo=UTC)
Read = Callable[[dict[str, Any]], object]

FORMS: list[tuple[dict[str, Any], Read]] = [
    (state_to_json(start(group("G", manual("a"))).state), state_from_json),
    (event_to_json(Freeze(AT, "ann")), event_from_json),
    (command_to_json(SetTimer(AT)), command_from_json),
    (entry_to_json(PlanChanged(AT, PlanStatus.IN_PROGRESS, PlanStatus.FROZEN, "ann")), entry_from_json),
]
of_each_kind = pytest.mark.parametrize(("form", "read"), FORMS, ids=["state", "event", "command", "entry"])


@of_each_kind
def test_a_form_bears_its_version_and_no_other_is_read(form: dict[str, Any], read: Read) -> None:
    assert form["version"] == VERSION
    for version in (0, VERSION + 1, str(VERSION), None):
        with pytest.raises(ValueError, match=f"version {version} is not known, only {VERSION}"):
            read({**form, "version": version})
    with pytest.raises(ValueError, match="version None is not known"):
        read({name: value for name, value in form.items() if name != "version"})


@of_each_kind
def test_what_is_no_such_form_is_refused(form: dict[str, Any], read: Read) -> None:
    for name in {"at", "moment", "status", "source", "type"} & set(form):
        with pytest.raises(ValueError, match="not what it should be"):
            read({**form, name: ["what", "is", "this"]})
