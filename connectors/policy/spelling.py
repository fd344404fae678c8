"""The words of a field's name, however they are run together: ``Mobile_Phone__c`` is "mobile", "phone"."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"__(c|pc|r|s)(?=\.|$)", re.IGNORECASE)
# A letter that is no capital of the Latin alphabet: "ö" goes on with a word as "o" does.
_LOWER = r"[^\W\d_A-Z]"
_WORD = re.compile(rf"[A-Z]+(?!{_LOWER})|[A-Z]?{_LOWER}+|[0-9]+")


def words_of(name: str) -> list[str]:
    """The words in lower case, without the marks of custom fields and relationships."""
    bare = unicodedata.normalize("NFKC", _MARKS.sub("", name))
    return [word.lower() for word in _WORD.findall(bare.lower() if bare.isupper() else bare)]
