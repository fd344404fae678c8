"""One answer has a total time and a size, whichever library reads it."""

from __future__ import annotations

import gzip

import pytest
import requests
import urllib3
from werkzeug.wrappers import Response

from connectors import transport
from tests.connectors.scripted import dripping, scripted

WHOLE = b'{"results": [], "total": 0}'


def by_urllib3(url: str) -> bytes:
    pool = transport.timed(urllib3.PoolManager())
    try:
        return b"".join(transport.pieces(pool.request("GET", url, preload_content=False, retries=False)))
    finally:
        pool.clear()


def by_requests(url: str) -> bytes:
    with requests.Session() as session:
        session.mount("http://", transport.TimedAdapter((5, 5)))
        return session.get(url).content


READERS = pytest.mark.parametrize("read", [by_urllib3, by_requests])
BROKEN = (urllib3.exceptions.HTTPError, requests.RequestException)


@READERS
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_within_its_bounds_comes_whole(read, packed):
    body = WHOLE * 50_000

    def plain(_request):
        made = Response(gzip.compress(body) if packed else body)
        made.headers["Content-Encoding"] = "gzip" if packed else "identity"
        return made

    with scripted(plain) as url:
        assert read(url) == body


@READERS
def test_an_answer_that_drips_is_cut_off(read, monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 0.2)
    with scripted(lambda _: dripping(WHOLE * 4)) as url, pytest.raises(BROKEN):
        read(url)


@READERS
def test_the_clock_stands_for_each_answer_anew(read, monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 5.0)
    with scripted(lambda _: dripping(WHOLE)) as url:
        assert [read(url), read(url)] == [WHOLE, WHOLE]


@READERS
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_is_cut_off(read, packed, monkeypatch):
    monkeypatch.setattr(transport, "LARGEST", 1_000_000)
    body = b" " * 1_000_001

    def plain(_request):
        made = Response(gzip.compress(body) if packed else body)
        made.headers["Content-Encoding"] = "gzip" if packed else "identity"
        return made

    with scripted(plain) as url, pytest.raises(BROKEN):
        read(url)
