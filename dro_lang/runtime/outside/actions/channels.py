"""Putting notices before people: `std.notify.Notify`, to channels that are configured."""

import errno
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from attrs import frozen

from dro_lang.runtime.configuration.model import Channel, Endpoint
from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.failures import ActionError, Failure
from dro_lang.runtime.outside.web.answers import failure_in, succeeded
from dro_lang.runtime.outside.web.server import Servers

CHANNEL_UNKNOWN = "CHANNEL_UNKNOWN"
CHANNEL_FAILED = "CHANNEL_FAILED"


@frozen(slots=False)
class Notify:
    """`to` names a channel of the configuration."""

    channels: Mapping[str, Channel]
    servers: Servers

    @cached_property
    def _endpoints(self) -> Mapping[str, Endpoint]:
        # A secret address is known when it is used, so it is not part of the endpoint.
        return {name: Endpoint("", timeout=channel.timeout) for name, channel in self.channels.items()}

    def __call__(self, *, to: str, text: str, call: Call) -> None:
        """Raises ActionError."""
        channel = self.channels.get(to)
        if channel is None:
            raise ActionError(CHANNEL_UNKNOWN, "there is no channel of this name in the configuration")
        if channel.file is not None:
            _append(channel.file, {"at": datetime.now(UTC).isoformat(), "to": to, channel.field: text, "key": call.key})
        elif channel.webhook is not None:
            url = channel.webhook if isinstance(channel.webhook, str) else channel.webhook.reveal()
            response = self.servers.of(self._endpoints[to]).request(
                "POST", url, headers={"Idempotency-Key": call.key}, json={channel.field: text}
            )
            if isinstance(response, Failure):
                raise ActionError(response.code, response.detail)
            if not succeeded(response):
                failure = failure_in(response, None, {})
                raise ActionError(failure.code, failure.detail)


def _append(path: Path, line: Mapping[str, str]) -> None:
    """One line, written whole, and on the disk before this is over."""
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ActionError(CHANNEL_FAILED, f"`{path}` cannot be written: {error.strerror}") from None
