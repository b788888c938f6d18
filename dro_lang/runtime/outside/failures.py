"""How what is done outside fails: with a code, by which a plan's fallout rules tell what to do."""

import re

from attrs import frozen

from dro_lang.program.values import Row
from dro_lang.runtime.configuration.secret import SHORTEST_HIDDEN

CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What a code may be. Whatever else the outside calls its errors is not taken over into a plan's history."""

TIMEOUT = "TIMEOUT"
"""It took longer than it may. What was asked for may have been done, or be done yet."""
UNREACHABLE = "UNREACHABLE"
"""No connection: the request has not been taken."""
CONNECTION_LOST = "CONNECTION_LOST"
"""The connection broke before the answer was complete. What was asked for may have been done."""
INVALID_REQUEST = "INVALID_REQUEST"
"""A request that cannot be made of the arguments and the configuration."""
INVALID_RESPONSE = "INVALID_RESPONSE"
"""An answer that cannot be read, or does not fit the signature."""
UNAUTHORIZED = "UNAUTHORIZED"
"""The credentials are not taken, or none can be got."""
SECRET_MISSING = "SECRET_MISSING"
"""A secret is not where the configuration says."""
SECRET_IN_ANSWER = "SECRET_IN_ANSWER"
"""An answer, or the code of an error, holds a secret of the configuration: taken, it would stand in the history."""
ACTION_FAILED = "ACTION_FAILED"
"""The code of an action raised something else than an ActionError."""
ERROR_REPORTED = "ERROR_REPORTED"
"""A callback tells of an error by something that can be no code."""
NOT_CONFIGURED = "NOT_CONFIGURED"
"""Nothing is configured that could carry it out."""
OVERLOADED = "OVERLOADED"
"""Too many calls that have run out of time are still running."""


class ActionError(Exception):
    """An action has failed, with a code that fallout rules may name: letters, digits and `_ . : -`, at most 64.

    The message is for the log of whoever runs the plans; it does not come into the plan's history.
    """

    def __init__(self, code: str, message: str = "") -> None:
        if not CODE.fullmatch(code):
            raise ValueError("a code has letters, digits and `_ . : -`, at most 64 of them")
        super().__init__(message)
        self.code = code
        self.message = message


@frozen
class Failure:
    """Why something was not done: a code, and what the log says about it (without secrets)."""

    code: str
    detail: str = ""


def guarded(outcome: Row | Failure, secrets: frozenset[str]) -> Row | Failure:
    """An outcome; a failure that tells nothing where a secret stands in it."""
    sought = [secret for secret in secrets if len(secret) >= SHORTEST_HIDDEN]
    texts = [outcome.code] if isinstance(outcome, Failure) else outcome.values()
    if any(secret in text for text in texts if isinstance(text, str) for secret in sought):
        return Failure(SECRET_IN_ANSWER, "the answer holds a secret of the configuration, and is not taken")
    return outcome
