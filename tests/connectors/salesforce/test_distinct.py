"""Which records of a long list came before."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.distinct import Distinct, Once

IDS = st.one_of(
    st.none(), st.integers(0, 30).map("00Q{:012}".format), st.integers(0, 30).map("00Q{:012}AAA".format)
)
PAGES = st.lists(st.lists(IDS, max_size=12), max_size=8)


@given(PAGES)
def test_a_record_is_new_once_in_whichever_form_its_id_comes(pages):
    known, once, distinct = set(), Once(), Distinct()
    for page in pages:
        for found, is_new in zip(page, once.are_new(page), strict=True):
            assert is_new == (found is None or found[:15] not in known)
            known |= {found[:15]} if found else set()
        distinct.add(page)
    nameless = sum(found is None for page in pages for found in page)
    assert distinct.different == len(known) + nameless
