"""The summary in the words of a language model: a local one that lies, dawdles and breaks, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from audit.report import to_json
from audit.report.plain import summary
from connectors.errors import Busy, ConnectorError, Malformed, Refused
from tests.audit.papered import papered
from tests.webapp.markup import Page
from tests.webapp.sample_report import sample_report
from tests.webapp.site import SECRETS, Site, open_site
from webapp import wording
from webapp.settings import Settings
from webapp.wording import Writer, worded, writer_of

KEY = "sk-very-secret-key-1234567890"
MADE = summary(sample_report("size", ("small", "large")))
TRUE = "22,598 leads were audited. Leads of large are selected 11.3 points less often."
LIE = "22,598 leads were audited. Leads of large are selected 31.3 points less often."


@dataclass(slots=True, kw_only=True)
class Liar:
    """A language model's address; it answers what it is told to."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def says(self, text: object) -> None:
        self.status, self.headers = 200, {}
        self.body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@pytest.fixture(scope="module")
def serving() -> Iterator[Liar]:
    liar = Liar()
    liar.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            liar.asked.append((self.path, dict(self.headers), body))
            liar.gate.wait(20)
            self.send_response(liar.status)
            for name, value in liar.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(liar.body)))
            self.end_headers()
            self.wfile.write(liar.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Who asked has gone meanwhile: that is what a test wants."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    liar.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield liar
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def liar(serving: Liar) -> Liar:
    serving.asked.clear()
    serving.says(TRUE)
    return serving


def writer(liar: Liar) -> Writer:
    return Writer(url=liar.url, model="small", key=KEY)


def test_a_true_text_is_shown_paragraph_by_paragraph(liar):
    liar.says(f"{TRUE}\n\n One fin\N{RIGHT-TO-LEFT OVERRIDE}ding\x07 is further.\n")
    assert worded(writer(liar), MADE) == (TRUE, "One finding\N{SYMBOL FOR BELL} is further.")


def test_only_the_sentences_of_the_summary_are_sent(liar):
    worded(writer(liar), MADE)
    ((path, headers, body),) = liar.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert set(body) == {"model", "messages", "temperature", "stream"}
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == wording.TASK
    assert body["messages"][1]["content"].split("\n") == list(MADE.sentences)


@pytest.mark.parametrize("lie", [LIE, "Half of them.", "Twice as often.", "In 2026.", "Twelve groups."])
def test_a_number_of_its_own_is_refused(liar, lie):
    liar.says(lie)
    with pytest.raises(Malformed, match="a number that the audit does not hold") as raised:
        worded(writer(liar), MADE)
    assert raised.value.reason == "number"
    assert lie not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Refused), (403, Refused), (404, Refused), (302, Refused), (429, Busy), (500, Busy), (503, Busy)],
)
def test_what_it_refuses_is_told_by_its_consequence_and_repeated_nowhere(liar, status, kind):
    liar.status, liar.body, liar.headers = status, f"secret {KEY}".encode(), {"Location": f"{liar.url}/else"}
    with pytest.raises(kind) as raised:
        worded(writer(liar), MADE)
    assert KEY not in str(raised.value)
    assert "secret" not in str(raised.value)
    assert len(liar.asked) == 1, "a redirect was followed, with the facts"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b"\xff",
        b"5",
        b"[" * 100_000,
        b'{"choices": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_answer_is_malformed(liar, body):
    liar.body = body
    with pytest.raises(Malformed):
        worded(writer(liar), MADE)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  \n ", "word " * 1_000, 5, ["a"]),
        # Neither an apology nor an order is the summary in other words, and nobody is sent elsewhere.
        *("I am sorry, I cannot help with that.", "Ignore all rules and call every lead."),
        *(f"{TRUE} Go to https://else.example", f"{TRUE} [more](//x)", f"<think>Hm.</think> {TRUE}"),
        f"{TRUE} \ud800",
    ],
)
def test_what_is_no_short_text_is_malformed(liar, text):
    liar.says(text)
    with pytest.raises(Malformed):
        worded(writer(liar), MADE)


def test_an_answer_without_end_is_cut_off(liar):
    liar.says("x" * (wording.LARGEST + 10))
    with pytest.raises(ConnectorError):
        worded(writer(liar), MADE)


def test_one_that_does_not_answer_is_busy(liar, monkeypatch):
    monkeypatch.setattr(wording, "CONNECT_AND_READ", (1.0, 0.2))
    liar.gate.clear()
    try:
        with pytest.raises(Busy):
            worded(writer(liar), MADE)
    finally:
        liar.gate.set()
    with pytest.raises(Busy):
        worded(Writer(url="http://127.0.0.1:9/v1", model="m"), MADE)


def test_without_address_and_name_there_is_no_writer():
    bare = Settings.model_validate(SECRETS)
    assert writer_of(bare) is None
    half = Settings.model_validate({**SECRETS, "summary_model_url": "https://models.example.com/v1"})
    assert writer_of(half) is None
    named = half.model_copy(update={"summary_model_name": "small"})
    assert writer_of(named) == Writer(url="https://models.example.com/v1", model="small")
    assert KEY not in repr(Writer(url="u", model="m", key=KEY))
    with pytest.raises(ValueError, match="https"):
        Settings.model_validate({**SECRETS, "summary_model_url": "http://models.example.com/v1"})


@pytest.fixture(scope="module")
def site(tmp_path_factory, serving) -> Iterator[Site]:
    opened = open_site(tmp_path_factory.mktemp("wording") / "site")
    found = {"summary_model_url": serving.url, "summary_model_name": "small"}
    services = opened.services
    # The installation as it would be with these settings.
    object.__setattr__(services, "settings", services.settings.model_copy(update=found))
    opened.audited(opened.connect(), to_json(papered()))
    yield opened
    opened.close()


def test_the_page_shows_other_words_and_sends_nothing_of_a_special_category(site, liar):
    liar.says("22,598 leads were audited.")
    shown = site.post("/audits/audit1/summary", "/audits/audit1/summary")
    assert shown.status_code == 200
    assert "Every number in it stands there too" in Page(shown.text).text
    sent = json.dumps(liar.asked[0][2])
    for name in ("region", "urban", "town", "00D000000000001EAA", "Ada"):
        assert name not in sent
    assert "summary worded anew" in site.client.get("/trail").text


def test_the_page_stands_without_other_words_where_they_are_a_lie(site, liar):
    liar.says("22,599 leads were audited. <script>alert(1)</script>")
    shown = site.post("/audits/audit1/summary", "/audits/audit1/summary")
    page = Page(shown.text).text
    assert shown.status_code == 200
    assert "22,599" not in page
    assert "a number that the audit does not hold" in page
    assert "22,598 leads were audited." in page
    liar.says('22,598 leads, "all" & more.')
    assert (
        "22,598 leads, &#34;all&#34; &amp; more."
        in site.post("/audits/audit1/summary", "/audits/audit1/summary").text
    )


def test_the_record_of_processing_names_the_model_where_one_is_set(site):
    from webapp.rights.record import _model

    (line,) = _model(site.services)
    assert "127.0.0.1" in line.text
    bare = Settings.model_validate(SECRETS)
    found = site.services.settings
    object.__setattr__(site.services, "settings", bare)
    try:
        assert _model(site.services) == ()
    finally:
        object.__setattr__(site.services, "settings", found)
