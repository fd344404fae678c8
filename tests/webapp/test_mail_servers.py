"""What mail servers do to some of the addresses, and how slowly they speak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import Busy, Refused
from tests.webapp import mail_server
from webapp.alerts import by_email, mail_line
from webapp.alerts.message import test_message as made

OPS, BOSS = "ops@example.com", "boss@example.com"
GREYLISTED, UNKNOWN = "450 4.2.0 greylisted", "550 5.1.1 no such user"


@pytest.fixture(scope="module")
def server(certificate) -> Iterator[mail_server.MailServer]:
    with mail_server.running(certificate.server_context()) as running:
        yield running


@pytest.fixture
def mail(server) -> mail_server.MailServer:
    server.faults.clear()
    server.refusing.clear()
    server.taken.clear()
    server.to.clear()
    server.shielded = False
    return server


def delivered(mail: mail_server.MailServer, *reached: str, **values: Any) -> by_email.Delivery:
    usual = {"host": "localhost", "security": "none", "user": "", "sender": "fairlead@example.com"}
    box = by_email.Mailbox(**{"port": mail.port, "to": (OPS, BOSS), **usual, **values})
    return by_email.send(box, made("m1", "https://x.example"), reached)


def send(mail: mail_server.MailServer, **values: Any) -> str:
    return delivered(mail, **values).told


def test_an_address_that_is_greylisted_alone_gets_it_later(mail):
    mail.refusing[BOSS] = GREYLISTED
    first = delivered(mail)
    assert first.busy is not None
    assert "try again later with 1 of 2 addresses (reply 450)" in str(first.busy)
    assert (first.busy.retry_after, first.taken) == (300, (OPS,))
    with pytest.raises(Busy, match="try again later"):
        delivered(mail, *first.taken)
    del mail.refusing[BOSS]
    second = delivered(mail, *first.taken)
    assert (second.told, second.busy) == ("The mail server took it.", None)
    assert mail.to == [(OPS,), (BOSS,)]
    assert {one["To"] for one in mail.taken} == {f"{OPS}, {BOSS}"}
    assert delivered(mail, OPS, BOSS).told == "The mail server took it."
    assert len(mail.to) == 2, "whom it reached before is not asked again"


def test_an_address_that_is_refused_for_good_holds_back_no_other(mail):
    mail.refusing[OPS] = UNKNOWN
    assert send(mail) == "The mail server took it for 1 of 2 addresses only: check them."
    assert mail.to == [(BOSS,)]


def test_all_addresses_refused_are_tried_again_where_one_may_be_taken_later(mail):
    mail.refusing.update({OPS: UNKNOWN, BOSS: GREYLISTED})
    with pytest.raises(Busy, match="try again later"):
        send(mail)
    mail.refusing[BOSS] = UNKNOWN
    with pytest.raises(Refused, match="none of the addresses"):
        send(mail)
    assert mail.to == []


@pytest.mark.parametrize("word", ["CONNECT", "EHLO", "RCPT"])
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_drips_is_left_when_the_time_is_up(mail, monkeypatch, certificate, word, security):
    """Each byte comes long before the silence is too long."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    monkeypatch.setattr(mail_line, "WHOLE", 0.4)
    mail.faults["DRIP"] = word
    mail.shielded = security == "tls"
    with pytest.raises(Busy, match="broke off"):
        send(mail, security=security)
    assert mail.to == []


def test_a_server_that_drips_its_farewell_took_the_mail(mail, monkeypatch):
    monkeypatch.setattr(mail_line, "WHOLE", 0.4)
    mail.faults["DRIP"] = "QUIT"
    assert send(mail) == "The mail server took it."


@pytest.mark.parametrize(("fault", "arrived"), [("HANG", 1), ("DROP", 1), ("CUT", 0)])
def test_a_server_that_goes_silent_or_away_in_the_middle_gets_the_mail_again(
    mail, monkeypatch, fault, arrived
):
    monkeypatch.setattr(mail_line, "SECONDS", 0.3)
    mail.faults[fault] = "yes"
    with pytest.raises(Busy, match="broke off"):
        send(mail)
    assert send(mail) == "The mail server took it."
    assert [one["Message-ID"] for one in mail.taken] == ["<fairleadm1@example.com>"] * (arrived + 1)
