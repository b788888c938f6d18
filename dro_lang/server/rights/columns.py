"""How moments and rights stand in the tables."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from dro_lang.server.rights.permissions import Names, PermissionSet

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """A moment as a text that sorts as it does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rights_texts(sets: frozenset[PermissionSet], objects: Names, queues: Names) -> tuple[str, str, str]:
    return json.dumps(sorted(sets)), json.dumps(objects.texts()), json.dumps(queues.texts())


def read_rights(sets: str, objects: str, queues: str) -> tuple[frozenset[PermissionSet], Names, Names]:
    objects_, queues_ = (Names.of(json.loads(text)) for text in (objects, queues))
    return frozenset(map(PermissionSet, json.loads(sets))), objects_, queues_
