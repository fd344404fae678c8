"""The search that all proofs of privacy rest on finds what a plain one finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.journey.search import search_for

LETTERS = st.text("aAbB0 ", min_size=1, max_size=12)


@given(texts=st.lists(LETTERS, min_size=1, max_size=8), content=st.text("aAbB0 \u00e9", max_size=80))
def test_it_finds_what_a_plain_search_finds(texts, content):
    read = content.encode()
    plain = sorted({one.lower().encode() for one in texts if one.lower().encode() in read.lower()})
    assert search_for(tuple(texts)).hits(read) == plain


def test_a_record_id_is_found_in_any_case_and_at_either_end():
    search = search_for(("00QAb00000c1D2e", "Zqxcanary", "40100200300"))
    assert search.hits(b"00qab00000c1d2eAAX then ZQXCANARY") == [b"00qab00000c1d2e", b"zqxcanary"]
    assert search.hits(b"...4010020030") == []
    assert search.hits(b"") == []
