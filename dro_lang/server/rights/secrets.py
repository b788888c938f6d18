"""Secrets that are told once and kept as hashes only.

They are random and long, so a plain hash is enough: there is nothing to guess (unlike passwords, of which there are
none here).
"""

import hashlib
import hmac
import secrets

PREFIX = "dro_"
"""What tokens begin with, so that scanners find those that were published by mistake."""


def new_secret() -> str:
    """256 random bits, fit for URLs and cookies."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """A name for something secret, that may be shown and logged."""
    return secrets.token_hex(6)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def same(hash: str, secret: str) -> bool:
    """Whether a secret is the one of this hash; takes the same time for a wrong one."""
    return hmac.compare_digest(hash, hashed(secret))
