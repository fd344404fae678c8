"""A message by email: SMTP with TLS, plain text beside simple HTML.

A mail server that took a message and lost the line before it said so gets it again: no mail server promises
that it is one then. Both have the same ``Message-ID``, by which a mailbox may know them as one.

References
----------
RFC 5321, 4.2.1 (a reply of 4xx may be tried again, one of 5xx may not); RFC 3834 (``Auto-Submitted``).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from connectors.errors import Busy, ConnectorError, Refused
from webapp.alerts.message import Message

SECONDS, LATER = 15.0, 60.0
FINE = 250
Security = Literal["starttls", "tls", "none"]
UNTRUSTED = (
    "the mail server's certificate is not trusted, or is for another name: check the server's name, or make "
    "its authority known to this machine"
)
NO_TLS = "the mail server offers no encryption (STARTTLS): choose TLS from the start, or ask who runs it"
AUTH = "the mail server does not accept the user name and password: type them again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The mail server, and from and to whom."""

    host: str
    port: int
    security: Security
    user: str
    sender: str
    to: tuple[str, ...]
    password: str = field(default="", repr=False)


def send(box: Mailbox, message: Message) -> str:
    """Send; a sentence of what came of it.

    Raises
    ------
    Refused
        It will not be taken until a person acts.
    Busy
        It may be taken later.
    """
    mail = _mail(box, message)
    with _told(), _line(box) as line:
        refused = line.send_message(mail)
    if not refused:
        return "The mail server took it."
    taken = len(box.to) - len(refused)
    return f"The mail server took it for {taken} of {len(box.to)} addresses only: check them."


def greet(box: Mailbox) -> None:
    """See that the server answers, encrypts and accepts the password; nothing is sent.

    Raises
    ------
    Refused, Busy
        As `send`.
    """
    with _told(), _line(box) as line:
        line.ehlo_or_helo_if_needed()
        code, words = line.noop()
        if code != FINE:
            raise smtplib.SMTPResponseException(code, words)


def _mail(box: Mailbox, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = box.sender, ", ".join(box.to), message.subject
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = f"<{message.mark}@{box.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


@contextmanager
def _line(box: Mailbox) -> Iterator[smtplib.SMTP]:
    """A line to the server, encrypted and signed in. Its end is not worth an error: the mail was taken."""
    line = _opened(box)
    try:
        if box.security == "starttls":
            line.starttls(context=ssl.create_default_context())
        if box.user:
            line.login(box.user, box.password)
        yield line
    except BaseException:
        line.close()
        raise
    _leave(line)


def _opened(box: Mailbox) -> smtplib.SMTP:
    if box.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(box.host, box.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(box.host, box.port, timeout=SECONDS)


def _leave(line: smtplib.SMTP) -> None:
    try:
        line.quit()
    except (OSError, smtplib.SMTPException):
        line.close()


@contextmanager
def _told() -> Iterator[None]:
    """What the library met, by consequence; a server's words may hold anything, and stay with it."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Refused(UNTRUSTED, code="untrusted") from None
    except smtplib.SMTPNotSupportedError:
        raise Refused(NO_TLS, code="no_tls") from None
    except smtplib.SMTPAuthenticationError as error:
        raise _by_code(error.smtp_code, AUTH) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _recipients(error.recipients) from None
    except smtplib.SMTPResponseException as error:
        raise _by_code(
            error.smtp_code, "the mail server refused the message: check the sender's address"
        ) from None
    except (OSError, smtplib.SMTPException):
        msg = "the mail server cannot be reached, or broke off: check its name, its port and the encryption"
        raise Busy(msg, retry_after=LATER) from None


def _recipients(refused: Mapping[str, tuple[int, bytes]]) -> ConnectorError:
    """All addresses were refused; where one of them may be taken later, all are tried later."""
    codes = [code for code, _ in refused.values()]
    return _by_code(min(codes, default=550), "the mail server takes none of the addresses: check them")


def _by_code(code: int, words: str) -> ConnectorError:
    if 400 <= code < 500:
        return Busy(f"the mail server asks to try again later (reply {code})", retry_after=LATER)
    return Refused(f"{words} (reply {code})", code=f"SMTP_{code}")
