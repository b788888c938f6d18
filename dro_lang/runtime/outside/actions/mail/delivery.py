"""Handing a message to a mail server, and what its refusals mean."""

import re
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage

from dro_lang.runtime.configuration.model import Mail, Security
from dro_lang.runtime.outside.failures import TIMEOUT, Failure

MAILBOX_BUSY = "MAILBOX_BUSY"
ADDRESS_UNKNOWN = "ADDRESS_UNKNOWN"
MAIL_REFUSED = "MAIL_REFUSED"
MAIL_SERVER = "MAIL_SERVER"
"""The server itself is the trouble: no connection, no protection, or credentials that it does not take."""

_ENHANCED = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})\b")
_FULL = (2, 2)
"""RFC 3463: the mailbox is full, which passes, even where the server says 5xx."""
_NO_SUCH_ADDRESS = {550, 551, 553}


def deliver(mail: Mail, message: EmailMessage, sender: str, to: str) -> Failure | None:
    """Hand a message over. Gives why it was not taken, in words of our own: what servers say may name anybody."""
    try:
        with closing(_connected(mail)) as server:
            server.send_message(message, sender, [to])
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # the message is taken, whatever comes of this
    except smtplib.SMTPRecipientsRefused as error:
        return _of_recipient(*next(iter(error.recipients.values())))
    except smtplib.SMTPNotSupportedError:
        return Failure(MAIL_SERVER, "it does not offer what is configured, or cannot take this address")
    except smtplib.SMTPAuthenticationError as error:
        return Failure(MAIL_SERVER, f"it does not take the credentials ({error.smtp_code})")
    except smtplib.SMTPSenderRefused as error:
        return Failure(MAIL_REFUSED if error.smtp_code >= 500 else MAIL_SERVER, f"sender refused ({error.smtp_code})")
    except smtplib.SMTPDataError as error:
        return _of_recipient(error.smtp_code, error.smtp_error)
    except TimeoutError:
        return _too_slow(mail)
    except ssl.SSLError as error:
        return Failure(MAIL_SERVER, f"no protected connection to `{mail.host}`: {error.reason or 'TLS failed'}")
    except smtplib.SMTPException as error:
        if isinstance(error.__context__, TimeoutError):
            return _too_slow(mail)
        return Failure(MAIL_SERVER, f"`{mail.host}` ended the conversation: {type(error).__name__}")
    except OSError as error:
        return Failure(MAIL_SERVER, f"no connection to `{mail.host}`, port {mail.port}: {error.strerror or 'refused'}")
    return None


def _connected(mail: Mail) -> smtplib.SMTP:
    seconds = mail.timeout.total_seconds()
    if mail.security is Security.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=seconds, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=seconds)
    try:
        if mail.security is Security.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if mail.username is not None and mail.password is not None:
            server.login(mail.username, mail.password.reveal())
    except BaseException:
        server.close()
        raise
    return server


def _too_slow(mail: Mail) -> Failure:
    return Failure(TIMEOUT, f"`{mail.host}` did not answer within {mail.timeout.total_seconds():g} seconds")


def _of_recipient(code: int, said: bytes | str) -> Failure:
    enhanced = _ENHANCED.search(said.encode() if isinstance(said, str) else said)
    reason = (int(enhanced[2]), int(enhanced[3])) if enhanced else None
    told = f"{code} {enhanced[0].decode()}" if enhanced else str(code)
    if 400 <= code < 500 or reason == _FULL:
        return Failure(MAILBOX_BUSY, f"it takes no mail now ({told})")
    if (reason is None and code in _NO_SUCH_ADDRESS) or (reason is not None and reason[0] == 1):
        return Failure(ADDRESS_UNKNOWN, f"there is no such mailbox ({told})")
    return Failure(MAIL_REFUSED, f"the server does not take this message ({told})")
