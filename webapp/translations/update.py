"""Bring the catalogues up to what the code says: ``python -m webapp.translations.update [LANGUAGE ...]``.

New messages come in empty, what the code says no more goes, and what was translated stays. A message that
another part has translated already is taken from there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from webapp.translations.catalogue import FOLDER, catalogue, place
from webapp.translations.parts import PARTS, ROOT, files

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "marked": None,
    "counted": (2, 3),
}
OF_TEMPLATES = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
HEAD = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
Key = str | tuple[str, ...]
Words = str | tuple[str, ...] | list[str]


def template(part: str) -> Catalog:
    """Every message of a part, with the files that say it."""
    found = Catalog(domain=part)
    for path in files(part):
        name = path.relative_to(ROOT).as_posix()
        for message in _messages(path):
            found.add(message, locations=[(name, 1)])
    return found


def updated(language: str, part: str) -> str:
    """The text of a part's file, brought up to the code."""
    known = catalogue(language, part)
    known.update(template(part), no_fuzzy_matching=True)
    for message in known:
        if message.id and not _filled(message):
            message.string = _elsewhere(language, part, message) or message.string
    text = BytesIO()
    write_po(text, known, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    head = HEAD.format(language=language, plurals=known.plural_forms)
    return head + text.getvalue().decode().strip() + "\n"


def _messages(path: Path) -> Iterator[Key]:
    if path.suffix == ".html":
        found = extract_from_file("jinja2.ext:babel_extract", path, KEYWORDS, options=OF_TEMPLATES)
    else:
        found = extract_from_file("python", path, KEYWORDS)
    return (message for _, message, _, _ in found if message)


def _filled(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def _elsewhere(language: str, part: str, message: Message) -> Words | None:
    """How another part translates the same message; one with another plural, or none, is another message."""
    others = (catalogue(language, other).get(message.id) for other in PARTS if other != part)
    same = (one for one in others if one is not None and one.id == message.id)
    return next((one.string for one in same if _filled(one)), None)


def main(languages: list[str]) -> None:
    """Write every part of the languages, of all where none is named."""
    known = sorted(path.name for path in FOLDER.iterdir() if (path / "LC_MESSAGES").is_dir())
    for language in languages or known:
        for part in PARTS:
            path = place(language, part)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(updated(language, part), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
