"""The PDF: tagged, the same bytes each time, nothing fetched; and a sentence where it cannot be made."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from audit.report.pdf import MISSING, can_print, to_pdf
from audit.schema import BadInput
from tests.conftest import absent

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>Audit of x</title>'
    '<link rel="stylesheet" href="{css}"></head><body><h1>Audit</h1><table><caption>Rates</caption>'
    '<thead><tr><th scope="col">Group</th></tr></thead><tbody><tr><th scope="row">a</th></tr></tbody></table>'
    '<p>5 %</p><img alt="A dot" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22'
    ' width=%2210%22 height=%2210%22%3E%3Ccircle r=%224%22/%3E%3C/svg%3E">'
    '<img alt="" src="{picture}"></body></html>'
)
PRINT = """
import sys
from audit.report.pdf import to_pdf
sys.stdout.buffer.write(to_pdf(sys.stdin.read()))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> tuple[str, bytes]:
    if not can_print():
        absent("WeasyPrint or Pango is not installed")
    secret = tmp_path_factory.mktemp("disk") / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')
    page = PAGE.format(css="http://127.0.0.1:9/a.css", picture=secret.as_uri())
    return page, to_pdf(page)


def objects(pdf: bytes) -> bytes:
    """The bytes of a PDF with its streams unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            parts.append(found[1])
    return b"\n".join(parts)


def test_it_is_tagged_and_says_its_language_title_and_standard(printed):
    inside = objects(printed[1])
    for mark in (
        b"/StructTreeRoot",
        b"/Marked true",
        b"/Lang",
        b"pdfuaid",
        b"Audit of x",
        b"/Figure",
        b"/TH",
    ):
        assert mark in inside, mark


def test_the_same_page_gives_the_same_bytes_in_another_process(printed):
    page, pdf = printed
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        input=page.encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(pdf).digest()
    assert b"CreationDate" not in objects(pdf)
    assert done.stderr == b""


def test_nothing_is_fetched_from_the_network_or_the_disk(printed, monkeypatch):
    asked = list[str]()
    monkeypatch.setattr("socket.socket.connect", lambda *where: asked.append(str(where)))
    monkeypatch.setattr("urllib.request.FileHandler.file_open", lambda *where: asked.append(str(where)))
    pdf = to_pdf(printed[0])
    assert asked == []
    assert b"secret" not in objects(pdf)


def test_where_weasyprint_is_missing_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr("audit.report.pdf.find_spec", lambda name: importlib.util.find_spec(f"no_{name}"))
    assert not can_print()
    with pytest.raises(BadInput) as raised:
        to_pdf("<p>")
    assert str(raised.value) == MISSING
    assert MISSING.count(".") == 2  # "libpango-1.0-0" and no full stop: one sentence
