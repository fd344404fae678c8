"""A message by email: SMTP with TLS, plain text beside simple HTML.

Where a server takes it for some addresses and asks to wait with others (greylisting), those get it later, and
nobody gets it twice.

A mail server that took a message and lost the line before it said so gets it again: no mail server promises
that it is one then. Both have the same ``Message-ID``, by which a mailbox may know them as one.

References
----------
RFC 5321, 4.2.1 (a reply of 4xx may be tried again, one of 5xx may not); RFC 3834 (``Auto-Submitted``).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from connectors.errors import Busy, ConnectorError, Refused
from webapp.alerts.mail_line import Security, dial
from webapp.alerts.message import Message

LATER, GREYLISTED = 60.0, 300.0
"""Seconds until the next try; greylists let a message pass after five minutes, as most are set."""
FINE, FORWARDED = 250, 251
Refusals = Mapping[str, tuple[int, bytes]]
"""What the server says of each address that it does not take."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of it, in a sentence; which addresses have it now; ``busy`` where others may later."""

    told: str
    taken: tuple[str, ...] = ()
    busy: Busy | None = None


def send(box: Mailbox, message: Message, reached: Collection[str] = ()) -> Delivery:
    """Send to all but those whom it ``reached`` before; what came of it.

    Raises
    ------
    Refused
        Nobody more will get it until a person acts.
    Busy
        It may be taken later.
    """
    letter, left = _mail(box, message).as_bytes(), [one for one in box.to if one not in reached]
    refused: Refusals = {}
    if left:
        with _told(), _line(box) as line:
            refused = _addressed(line, box.sender, left, len(letter))
            code, words = line.data(letter)
            if code != FINE:
                raise smtplib.SMTPResponseException(code, words)
    taken = tuple(one for one in box.to if one not in refused)
    return Delivery(told=told_of(len(taken), len(box.to)), taken=taken, busy=_greylisted(box, refused))


def told_of(taken: int, addresses: int) -> str:
    """What to say where so many of the addresses have it, and no others will get it."""
    if taken == addresses:
        return "The mail server took it."
    return f"The mail server took it for {taken} of {addresses} addresses only: check them."


def _addressed(line: smtplib.SMTP, sender: str, to: Sequence[str], size: int) -> Refusals:
    """Say from whom and to whom; what the server says of the addresses that it does not take."""
    line.ehlo_or_helo_if_needed()
    code, words = line.mail(sender, [f"size={size}"] if line.has_extn("size") else [])
    if code != FINE:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    replies = {one: line.rcpt(one) for one in to}
    refused = {one: said for one, said in replies.items() if said[0] not in {FINE, FORWARDED}}
    if len(refused) == len(replies):
        raise smtplib.SMTPRecipientsRefused(refused)
    return refused


def _greylisted(box: Mailbox, refused: Refusals) -> Busy | None:
    """That some of the addresses may be taken later, where that is so."""
    codes = [code for code, _ in refused.values() if _passes(code)]
    if not codes:
        return None
    counted = f"{len(codes)} of {len(box.to)} addresses"
    msg = (
        f"the mail server asks to try again later with {counted} (reply {codes[0]}); the others have it or "
        "are refused"
    )
    return Busy(msg, retry_after=GREYLISTED)


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
    # Lines of ASCII: not every server takes others.
    mail = EmailMessage(SMTP.clone(cte_type="7bit"))
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
    line = dial(box.host, box.port, box.security)
    try:
        if box.user:
            line.login(box.user, box.password)
        yield line
    except BaseException:
        line.close()
        raise
    _leave(line)


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
    if _passes(code):
        return Busy(f"the mail server asks to try again later (reply {code})", retry_after=LATER)
    return Refused(f"{words} (reply {code})", code=f"SMTP_{code}")


def _passes(code: int) -> bool:
    """Whether what a reply refuses may be taken later (RFC 5321, 4.2.1)."""
    return 400 <= code < 500
