"""The message that goes out: headers that nobody can add to, and an id that a repeat has again."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.actions.mail.templates import Text


def message_id(call: Call, domain: str) -> str:
    """The Message-ID of a step's mail: the same for each attempt, as of several at most one was meant to arrive."""
    step = call.key.rpartition("/")[0]
    return f"<{sha256(step.encode()).hexdigest()[:32]}.drolang@{domain}>"


def message(
    text: Text, subject: str, sender: Address, to: Address, reply_to: Address | None, call: Call, at: datetime
) -> EmailMessage:
    """An e-mail with text or HTML or both. Line ends in the subject become spaces; addresses are parsed already."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = to
    if reply_to is not None:
        made["Reply-To"] = reply_to
    made["Subject"] = " ".join(subject.split())
    made["Date"] = format_datetime(at)
    made["Message-ID"] = message_id(call, sender.domain)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    if text.plain is not None:
        made.set_content(text.plain)
    if text.html is not None and text.plain is not None:
        made.add_alternative(text.html, subtype="html")
    elif text.html is not None:
        made.set_content(text.html, subtype="html")
    return made
