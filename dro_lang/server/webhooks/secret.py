"""The secrets that sign what webhooks are told."""

import base64
import secrets

from dro_lang.runtime.outside.callbacks.signature import PREFIX


def new_signing_secret() -> str:
    """256 random bits, as Standard Webhooks writes them: `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
