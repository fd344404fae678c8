"""The summary of an audit in other words, by a language model behind an OpenAI-compatible address.

Off unless the settings name one. What is sent are the sentences of the summary, which anybody who may open
the audit can read, and nothing else: no lead, no name of a person or of this installation. What comes back is
shown only where every number in it stands in those sentences.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import requests

from audit.report.plain import Summary
from audit.report.plain.numbers import numbers_in, unfounded
from audit.report.printable import printable
from connectors.errors import Busy, Malformed, Refused
from connectors.transport import TimedAdapter
from webapp.settings import Settings

CONNECT_AND_READ = (5.0, 30.0)
SECONDS = 45.0
"""For a whole answer: a person waits, and so does one of the few threads."""
LARGEST = 256 * 1024
LONGEST = 4_000
WORDS = 350
RETRY = 60.0
TASK = (
    "Rewrite these findings of a fairness audit of lead scores for a sales director, in plain English, "
    "at most "
    f"{WORDS} words, as short paragraphs without headings, lists or markup. Say first what was found, "
    "then what to do, "
    "how sure it is, and what was not looked at. Use only what is written here. Copy every number "
    "exactly as it stands, "
    "with its unit; add, round, combine or infer none. Keep names in quotes as they are. Name no law "
    "and no cause."
)
_ELSEWHERE = re.compile(r"[<>@]|://|\bwww\.|\]\(")
"""Markup, and addresses to go to: none is asked for, but a name may hold such a sign ('<25')."""
_HALF = re.compile(r"[\ud800-\udfff]")
"""Half a character, which JSON can say and no page can show."""
SETTINGS = "look at FAIRLEAD_SUMMARY_MODEL_URL, _NAME and _KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A model at an address, as the settings name it."""

    url: str
    model: str
    key: str = field(default="", repr=False)


def writer_of(settings: Settings) -> Writer | None:
    """The model of the settings; None where none is set, so that nothing is ever sent."""
    if settings.summary_model_url is None or not settings.summary_model_name:
        return None
    key = settings.summary_model_key
    return Writer(
        url=settings.summary_model_url,
        model=settings.summary_model_name,
        key="" if key is None else key.get_secret_value(),
    )


def worded(writer: Writer, made: Summary) -> tuple[str, ...]:
    """The summary in the words of the model, paragraph by paragraph.

    Raises
    ------
    Refused
        The address said no: an admin must look at the settings.
    Busy
        It cannot answer now, or took too long.
    Malformed
        It answered with something else than a text, or with a number that is not in the summary.
    """
    text = _text(_answer(writer, _request(writer, made)))
    if unfounded(text, made.sentences):
        msg = "The language model wrote a number that the audit does not hold, so its text is not shown."
        raise Malformed(msg, reason="number")
    if not _about(text, made):
        raise _odd()
    return tuple(part.strip() for part in text.split("\n") if part.strip())


def _about(text: str, made: Summary) -> bool:
    """Whether a text can be the summary in other words: an apology or an order has no number of the audit."""
    facts = "\n".join(made.sentences)
    led_away = any(one not in facts for one in _ELSEWHERE.findall(text))
    return not led_away and bool(numbers_in(text) or not numbers_in(facts))


def _request(writer: Writer, made: Summary) -> dict[str, Any]:
    return {
        "model": writer.model,
        "messages": [
            {"role": "system", "content": TASK},
            {"role": "user", "content": "\n".join(made.sentences)},
        ],
        "temperature": 0,
        "stream": False,
    }


def _answer(writer: Writer, body: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever it answered
    headers = {"Authorization": f"Bearer {writer.key}"} if writer.key else {}
    try:
        with closing(_session()) as session:
            answer = session.post(
                f"{writer.url}/chat/completions", json=body, headers=headers, allow_redirects=False
            )
            _check(answer.status_code)
            return answer.json()
    except requests.exceptions.JSONDecodeError:
        raise _odd() from None
    except requests.RequestException:
        msg = (
            f"The language model could not be reached, or took longer than {SECONDS:.0f} seconds. Try later."
        )
        raise Busy(msg, retry_after=RETRY) from None
    except (ValueError, RecursionError):
        # What Python's own reader of JSON refuses: thousands of digits, or of brackets.
        raise _odd() from None


def _session() -> requests.Session:
    session = requests.Session()
    # No proxy, no .netrc: what is sent goes where the settings say, with the key of the settings.
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, TimedAdapter(CONNECT_AND_READ, seconds=SECONDS, largest=LARGEST))
    return session


def _check(status: int) -> None:
    if status == 200:
        return
    if status in {408, 429} or status >= 500:
        msg = f"The language model is busy or broken (HTTP {status}). Try later."
        raise Busy(msg, retry_after=RETRY)
    msg = f"The language model refused (HTTP {status}); {SETTINGS}."
    raise Refused(msg, code=str(status))


def _text(answer: Any) -> str:  # noqa: ANN401 - whatever it answered
    try:
        text = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise _odd() from None
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST or _HALF.search(text):
        raise _odd()
    # Signs without a width could turn the order of what is read.
    shown = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return printable(shown.strip())


def _odd() -> Malformed:
    msg = "The language model answered with something else than a short text, so nothing of it is shown."
    return Malformed(msg, reason="text")
