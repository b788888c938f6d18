"""What the code of an action needs: `from dro_lang.actions import ActionError, Call, action`."""

from dro_lang.runtime.outside.actions.declared import Call, action
from dro_lang.runtime.outside.failures import ActionError

__all__ = ["ActionError", "Call", "action"]
