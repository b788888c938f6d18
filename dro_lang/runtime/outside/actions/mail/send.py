"""Sending e-mail: `std.notify.SendEmail`, and actions of one's own that are configured to (`use = "email"`)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

from attrs import frozen

from dro_lang.program.model import Action
from dro_lang.program.types import TEXT, IdType, TextType
from dro_lang.runtime.configuration.model import Mail
from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.actions.mail.addresses import in_ascii, mailbox
from dro_lang.runtime.outside.actions.mail.delivery import ADDRESS_UNKNOWN, deliver
from dro_lang.runtime.outside.actions.mail.message import message
from dro_lang.runtime.outside.actions.mail.templates import TEMPLATE_FAILED, Templates
from dro_lang.runtime.outside.failures import ActionError, Failure


@frozen
class EmailAction:
    """Renders the template that an argument names with all arguments, and sends what comes out."""

    mail: Mail
    templates: Templates
    gives_id: bool

    def __call__(self, *, call: Call, **arguments: Any) -> Mapping[str, object]:
        """Gives the Message-ID. Raises ActionError."""
        to = mailbox(arguments["to"])
        if to is None:
            raise ActionError(ADDRESS_UNKNOWN, "`to` is not one address")
        text = self.templates.render(arguments["template"], arguments)
        if isinstance(text, Failure):
            raise ActionError(text.code, text.detail)
        subject = arguments.get("subject") or text.subject
        if not subject or not subject.strip():
            raise ActionError(TEMPLATE_FAILED, "there is no subject: neither an argument nor a line of the template")
        sender = in_ascii(_given(self.mail.sender))
        reply_to = None if self.mail.reply_to is None else in_ascii(_given(self.mail.reply_to))
        to = in_ascii(to)
        made = message(text, subject, sender, to, reply_to, call, datetime.now(UTC))
        failure = deliver(self.mail, made, sender.addr_spec, to.addr_spec)
        if failure is not None:
            raise ActionError(failure.code, failure.detail)
        return {"message_id": str(made["Message-ID"])} if self.gives_id else {}


def _given(text: str) -> Address:
    address = mailbox(text)
    assert address is not None  # the configuration has been checked
    return address


def unfit(action: Action) -> str | None:
    """Why an action cannot be carried out by sending e-mail, by its signature."""
    takes = {definition.name: definition for definition in action.takes}
    for name in ("to", "template"):
        if name not in takes or takes[name].optional or not isinstance(takes[name].type, TextType | IdType):
            return f"it takes no `{name} : Text`"
    subject = takes.get("subject")
    if subject is not None and not isinstance(subject.type, TextType):
        return "its `subject` is not Text"
    if any(definition.name != "message_id" or definition.type != TEXT for definition in action.gives):
        return "it gives something else than `message_id : Text`"
    return None
