"""Signatures of callbacks, after Standard Webhooks (https://www.standardwebhooks.com): an HMAC-SHA256 with a shared
secret over `id.timestamp.body`, in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
_VERSION = "v1"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ID = re.compile(r"[\x21-\x7e]{1,256}")


@frozen
class Unverified:
    """Why a signature is not taken."""

    reason: str


def key_of(secret: str) -> bytes | None:
    """The key that a secret is written for, `whsec_` and 24 to 64 bytes in base64; None for what is no such secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if _SHORTEST <= len(key) <= _LONGEST else None


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. Raises ValueError for what is no secret."""
    key = key_of(secret)
    if key is None:
        raise ValueError("no secret for callbacks")
    return f"{_VERSION},{base64.b64encode(_mac(key, message_id, str(timestamp), body)).decode('ascii')}"


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime, tolerance: timedelta
) -> Unverified | None:
    """Whether a request was signed with one of some secrets, and not long ago. `headers` by names in lower case.

    What is compared is compared in constant time. Several secrets are for the time in which one follows another.
    """
    message_id, timestamp, signatures = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not message_id or not timestamp or not signatures:
        return Unverified(f"it is not signed: `{ID}`, `{TIMESTAMP}` and `{SIGNATURE}` are wanted")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        return Unverified(f"`{ID}` or `{TIMESTAMP}` is not in its form")
    macs = [_mac(key, message_id, timestamp, body) for key in map(key_of, secrets) if key is not None]
    given = [_decoded(each) for each in signatures.split(" ")[:16]]
    fits = [hmac.compare_digest(mac, each) for mac in macs for each in given]
    if not any(fits):
        return Unverified("its signature is that of none of the secrets")
    # The time comes after the signature: nobody else is told anything about the clock.
    apart = abs(now.timestamp() - int(timestamp))
    if apart > tolerance.total_seconds():
        return Unverified(f"it was signed {apart:.0f} seconds away from now, and is not taken that late")
    return None


def _mac(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()


def _decoded(signature: str) -> bytes:
    version, _, text = signature.partition(",")
    try:
        return base64.b64decode(text, validate=True) if version == _VERSION else b""
    except (binascii.Error, ValueError):
        return b""
