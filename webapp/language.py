"""The language of an answer: who chooses it, and words, numbers and moments in it.

Outside a request (commands, jobs), in the API and for machines it is English. English is also the source:
a message is looked up by its English words, and what no catalogue knows is shown as it is.

What is stored, logged or put into the trail is written in English and translated where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Literal, cast

from babel import Locale, dates, numbers
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError

from webapp.translations.catalogue import translations

Language = Literal["en", "de"]
ENGLISH: Language = "en"
NAMES: Mapping[Language, str] = MappingProxyType({"en": "English", "de": "Deutsch"})
"""Every language with its own name for itself; one more needs its catalogues and a line here."""
LOCALES: Mapping[Language, Locale] = MappingProxyType({code: Locale.parse(code) for code in NAMES})
"""Made once: looking for the data of a language asks the file system, and another thread goes on."""
FOR_MACHINES = frozenset({"api", "health", "metrics", "inbound", "cards"})
"""Rooms whose words do not depend on who asks, but for `PANELS`."""
PANELS = frozenset({"inbound.canvas", "inbound.canvas_explanation", "inbound.panel_again"})
"""Pages inside a CRM's own: who looks at them has no account here, and is asked for none."""

FILES = frozenset(
    {
        *("audits.report_html", "audits.report_json", "audits.report_page", "audits.metrics"),
        *("evidence.counts", "evidence.drawing", "evidence.table", "papers.flow_file", "papers.record_file"),
        *("reports.bundle", "reports.paper"),
        *("policy_versions.export", "privacy.proof", "sharing.release_html", "sharing.release_json"),
        *("remedies.drawing", "remedies.report_json", "remedies.table"),
        "explanations.report_json",
        "trail.download",
    }
)
"""What leaves as a file says the same whoever asked for it: in English, as it is signed and compared."""


def install(app: Flask) -> None:
    """Let every page of ``app`` speak the language of who asks, and its templates use ``_`` and ``trans``."""
    Babel(configure_jinja=False).init_app(app, default_locale=ENGLISH, locale_selector=_chosen)
    words = app.jinja_env
    words.add_extension("jinja2.ext.i18n")
    words.policies["ext.i18n.trimmed"] = True
    words.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        gettext=_found,
        ngettext=_found_of,
        newstyle=True,
    )
    words.filters.update(
        translated=gettext, decimal=decimal, english=english, shortest=shortest, isolated=isolated
    )
    words.globals.update(language=current, in_english=in_english, lang_of=lang_of)
    app.after_request(_told)


def current() -> Language:
    """The language of the answer that is being made."""
    locale = get_locale()
    return cast("Language", locale.language) if locale else ENGLISH


def gettext(message: str, **values: object) -> str:
    """A message in the language of the answer, with ``%(name)s`` filled in where ``values`` are given.

    The result is plain text, never markup: a page escapes it.
    """
    found = _found(message)
    return found % values if values else found


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """As `gettext`, by a count: ``%(n)s`` is the count as the language writes it."""
    return _found_of(one, many, n) % {"n": decimal(n), **values}


def marked(message: str) -> str:
    """The message itself, now put into the catalogues; whoever shows it translates it then."""
    return message


def in_english() -> Markup:
    """The attribute for an element whose words are always English; "" where the whole page is."""
    return lang_of(ENGLISH)


def lang_of(language: str) -> Markup:
    """The attribute for an element in a language; "" where the whole page is in it."""
    return Markup("") if current() == language else Markup(' lang="{}"').format(language)


def quoting(message: str, **said: str) -> str:
    """A message around words that are always English, such as a CRM's refusal, which are marked so.

    The result is plain text on an English page, and markup on every other.
    """
    if current() == ENGLISH:
        return message % said
    shape = Markup('<span lang="en">{}</span>')
    marks = {name: one if isinstance(one, Markup) else shape.format(one) for name, one in said.items()}
    return escape(message) % marks


def isolated(name: str) -> Markup:
    """A name inside a sentence: its direction, and marks of direction in it, turn nothing around it."""
    return Markup("<bdi>{}</bdi>").format(name)


def english(words: str) -> str:
    """Words that are always English, marked so within a page of another language."""
    return quoting("%(words)s", words=words)


def decimal(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """A number with thousands set apart and so many digits after the point: 45,211 or 45.211."""
    plus = "+" if signed else ""
    if current() == ENGLISH:
        return f"{value:{plus},.{digits}f}"
    shape = "#,##0" + ("." + "0" * digits if digits else "")
    pattern = f"+{shape};-{shape}" if signed else shape
    return numbers.format_decimal(value, pattern, locale=current())


def pointed(text: str) -> str:
    """A number that was written in English without grouping, such as 0.25, with the language's own point."""
    return text if current() == ENGLISH else text.replace(".", numbers.get_decimal_symbol(current()))


def day(value: datetime) -> str:
    """The day of a moment as it stands: 23 Nov 2026."""
    if current() == ENGLISH:
        return f"{value.day} {value:%b %Y}"
    return dates.format_date(value, "medium", locale=current())


def long_day(value: datetime) -> str:
    """The day of a moment with its month in full: 03 November 2026."""
    if current() == ENGLISH:
        return f"{value:%d %B %Y}"
    return dates.format_date(value, "long", locale=current())


def shortest(value: float, shape: str = "g") -> str:
    """A number with no more digits than it needs: 0.5 or 0,5; ``shape`` may say how many at most."""
    return pointed(f"{value:{shape}}")


def moment(value: datetime) -> str:
    """A moment in UTC: 23 Nov 2026, 14:05 UTC."""
    at = value.astimezone(UTC)
    if current() == ENGLISH:
        return f"{day(at)}, {at:%H:%M} UTC"
    return f"{day(at)}, {dates.format_time(at, 'short', tzinfo=UTC, locale=current())} UTC"


def iso_day(value: date) -> str:
    """A day as lists write it: 2026-11-23, or 23.11.2026."""
    if current() == ENGLISH:
        return f"{value:%Y-%m-%d}"
    return dates.format_date(value, "medium", locale=current())


def offered(language: str) -> Language | None:
    """The language with this code; None where there is none."""
    return cast("Language", language) if language in NAMES else None


def in_a_row(parts: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return gettext("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


@contextmanager
def as_told(code: str) -> Iterator[None]:
    """Answer in the language that a CRM tells of its user, such as ``de_AT`` or ``de-at``, if it is ours."""
    language = offered(code.replace("-", "_").partition("_")[0].lower()) or current()
    with force_locale(LOCALES[language]):
        yield


def _chosen() -> Locale:
    """The account's own choice, else the first of the browser's languages that there is, else English."""
    if not has_request_context() or not _asked_by_a_person():
        return LOCALES[ENGLISH]
    asked = request.accept_languages.best_match(list(NAMES), default=ENGLISH)
    return LOCALES[offered(_own()) or offered(asked or "") or ENGLISH]


def _asked_by_a_person() -> bool:
    if request.endpoint in PANELS:
        return True
    return request.blueprint not in FOR_MACHINES and request.endpoint not in {"static", *FILES}


def _own() -> str:
    if request.endpoint in PANELS:
        return ""
    try:
        return current_user.user.language if current_user.is_authenticated else ""
    except SQLAlchemyError:
        return ""  # the page that says so is made without the database


def _found(message: str) -> str:
    # An empty message is the head of a catalogue.
    if not message or current() == ENGLISH:
        return message
    return translations(current()).gettext(message)


def _found_of(one: str, many: str, n: int) -> str:
    if current() == ENGLISH:
        return one if n == 1 else many
    return translations(current()).ngettext(one, many, n)


def _told(response: Response) -> Response:
    """Say which language an answer is in, and that it depends on the browser's."""
    if _asked_by_a_person():
        response.headers.setdefault("Content-Language", current())
        response.vary.add("Accept-Language")
    return response
