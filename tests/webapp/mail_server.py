"""A real mail server on this machine, small: what it took, and the ways in which it may refuse."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

USER, PASSWORD = "fairlead", "a password of the mail server"


@dataclass(slots=True)
class MailServer:
    """``faults`` maps a command to the reply it gets once.

    Three more happen once each: "DROP" closes the line when the mail was taken, "HANG" says nothing then,
    "CUT" closes the line in the middle of the mail. The command of "DRIP" is answered by a reply that ends
    after twenty seconds only. ``shielded`` encrypts from the start. ``refusing`` maps an address to the reply
    that it always gets.
    """

    port: int = 0
    offers_tls: bool = True
    shielded: bool = False
    faults: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    to: list[tuple[str, ...]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    context: ssl.SSLContext | None = None


class _Line(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._talk(cast("Any", self.server).mail)
        with contextlib.suppress(OSError):
            self.rfile.close()
            self.connection.close()

    def _talk(self, mail: MailServer) -> None:
        self.secure = self.known = False
        self.to: list[str] = []
        if mail.shielded:
            self._shield(mail)
        if mail.faults.get("DRIP") == "CONNECT":
            self._drip(mail)
        self._say(mail.faults.pop("CONNECT", "220 mail.test ready"))
        while line := self.rfile.readline():
            command = line.decode().strip()
            word = command.split(" ", 1)[0].split(":", 1)[0].upper()
            if mail.faults.get("DRIP") == word:
                self._drip(mail)
            elif word in mail.faults:
                self._say(mail.faults.pop(word))
            elif not self._answer(mail, word, command):
                return

    def _answer(self, mail: MailServer, word: str, command: str) -> bool:
        if word in {"EHLO", "HELO"}:
            extras = ["250-mail.test", *(["250-STARTTLS"] if mail.offers_tls and not self.secure else [])]
            self._say("\r\n".join([*extras, "250 AUTH PLAIN"]))
        elif word == "STARTTLS":
            self._say("220 go on")
            self._shield(mail)
        elif word == "AUTH":
            self.known = base64.b64decode(command.split(" ")[2]).decode() == f"\0{USER}\0{PASSWORD}"
            self._say("235 welcome" if self.known else "535 no")
        elif word == "RCPT":
            self._address(mail, command.partition("<")[2].partition(">")[0])
        elif word == "DATA":
            return self._take(mail)
        elif word == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 fine")
        return True

    def _address(self, mail: MailServer, address: str) -> None:
        if address not in mail.refusing:
            self.to.append(address)
        self._say(mail.refusing.get(address, "250 fine"))

    def _drip(self, mail: MailServer) -> None:
        mail.faults.pop("DRIP")
        self.connection.sendall(b"250-")
        for _ in range(400):
            if mail.let_go.wait(0.05):
                return
            self.connection.sendall(b"x")

    def _take(self, mail: MailServer) -> bool:
        self._say("354 go on")
        if mail.faults.pop("CUT", ""):
            self.rfile.readline()
            return False
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        made = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        mail.taken.append(cast("EmailMessage", made))
        mail.secure.append(self.secure)
        mail.signed_in.append(self.known)
        mail.to.append(tuple(self.to))
        if mail.faults.pop("HANG", ""):
            mail.let_go.wait(10)
        if mail.faults.pop("DROP", ""):
            return False
        self._say("250 taken")
        return True

    def _shield(self, mail: MailServer) -> None:
        assert mail.context is not None
        self.connection = mail.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.secure = True

    def _say(self, words: str) -> None:
        self.connection.sendall(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


@contextlib.contextmanager
def running(context: ssl.SSLContext) -> Iterator[MailServer]:
    """The server, from its start to its end."""
    mail = MailServer(context=context)
    with _Server(("127.0.0.1", 0), _Line) as server:
        server.mail = mail  # type: ignore[attr-defined]
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield mail
        mail.let_go.set()
        server.shutdown()
        thread.join()
