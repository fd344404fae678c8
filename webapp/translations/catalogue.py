"""Catalogues as they are used: the parts of a language, read from their ``.po`` files and merged in memory.

Nothing is compiled beforehand, so that a clone and a wheel hold the same and no file can be out of date.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from webapp.translations.parts import PARTS

FOLDER = Path(__file__).parent


def place(language: str, part: str) -> Path:
    """Where a part of a language is."""
    return FOLDER / language / "LC_MESSAGES" / f"{part}.po"


def catalogue(language: str, part: str) -> Catalog:
    """A part of a language as its translators see it; an empty one where there is no file yet."""
    path = place(language, part)
    if not path.is_file():
        return Catalog(locale=language, domain=part)
    with path.open("rb") as text:
        return read_po(text, locale=language, domain=part, abort_invalid=True)


@cache
def translations(language: str) -> Translations:
    """All that is translated into a language; read once for the life of the process."""
    whole = Catalog(locale=language)
    for part in PARTS:
        for message in catalogue(language, part):
            if message.id:
                whole[message.id] = message
    made = BytesIO()
    write_mo(made, whole)
    made.seek(0)
    return Translations(made)
