"""A free text as a few numbers: all of it that the product ever holds.

The numbers are rounded, so that together they do not single out one text. Nothing is fetched, and nothing
here remembers a text.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

NUMBERS = ("length", "words", "readability", "sentiment", "tone")
"""What a text becomes; the last is a word."""

LANGUAGES = ("en",)
"""Languages with a lexicon of sentiment."""

LONG_WORD = 6
TONE = 0.05
MOST_READ = 10_000
_WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W_]+)*")
_END = re.compile(r"[.!?:\N{HORIZONTAL ELLIPSIS}]+(?=\s|$)|\n{2,}")
# The commonest English words, as far as they are not words of German, French, Spanish or Dutch too.
_ENGLISH = frozenset(
    {"the", "and", "of", "to", "is", "are", "for", "with", "you", "your", "our", "my", "this", "that", "it"}
    | {"have", "has", "had", "not", "please", "would", "could", "should", "from", "be", "been", "i", "they"}
    | {
        "them",
        "their",
        "about",
        "there",
        "when",
        "which",
        "who",
        "but",
        "if",
        "can",
        "cannot",
        "after",
        "i'm",
    }
    | {"before", "because", "again", "how", "were", "these", "those", "just", "very", "than", "then", "its"}
)
_FOREIGN = frozenset({"die", "war", "hat", "fast", "arm", "gut", "mal", "fin", "gift", "tod", "fun", "super"})
"""Words of the lexicon of sentiment that mean something else in another language."""

ENGLISH_SHARE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class TextNumbers:
    """One text in numbers.

    ``length`` in characters and ``words`` have two significant digits. ``readability`` is LIX [1]_,
    words a sentence plus the percentage of words longer than six letters: below 30 easy, above 50
    hard; it counts letters only, so it serves most European languages. ``sentiment`` is VADER's compound
    score from -1 to 1 [2]_ with one decimal, and ``tone`` its usual cut at 0.05. They need English; in
    any other or an unknown language both are None, which is not neutral.

    References
    ----------
    .. [1] C. Björnsson (1968). Läsbarhet. J. Anderson (1983). Journal of Reading 26:490.
    .. [2] C. Hutto, E. Gilbert (2014). VADER. ICWSM 8:216.
    """

    length: int
    words: int
    readability: int | None
    sentiment: float | None
    tone: str | None


def text_numbers(text: str, language: str | None) -> TextNumbers:
    """Reduce one text; ``language`` is what its writers are known to use ("en"), None where unknown.

    Readability and sentiment look at the first 10,000 characters. A text of which fewer than 15 % of the
    words are common English ones or in the lexicon has no sentiment, whatever ``language`` says.
    """
    read = text[:MOST_READ]
    words = _WORD.findall(read)
    sentiment = _sentiment(read, words) if language in LANGUAGES else None
    return TextNumbers(
        length=_rounded(len(text)),
        words=_rounded(len(_WORD.findall(text)) if len(text) > MOST_READ else len(words)),
        readability=_lix(read, words),
        sentiment=None if sentiment is None else round(sentiment, 1) + 0.0,
        tone=None if sentiment is None else _tone(sentiment),
    )


def _rounded(count: int) -> int:
    """Two significant digits."""
    step = 10 ** max(len(str(count)) - 2, 0)
    return int(round(count / step) * step)


def _lix(text: str, words: list[str]) -> int | None:
    if not words:
        return None
    sentences = max(1, sum(1 for part in _END.split(text) if _WORD.search(part)))
    hard = sum(len(word) > LONG_WORD for word in words)
    return round(len(words) / sentences + 100 * hard / len(words))


def _sentiment(text: str, words: list[str]) -> float | None:
    analyzer = _analyzer()
    plain = [word.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for word in words]
    known = sum(word in _ENGLISH or (word in analyzer.lexicon and word not in _FOREIGN) for word in plain)
    if not plain or known < ENGLISH_SHARE * len(plain):
        return None
    return float(analyzer.polarity_scores(text)["compound"])


def _tone(sentiment: float) -> str:
    if sentiment >= TONE:
        return "positive"
    return "negative" if sentiment <= -TONE else "neutral"


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    """The lexicon, read once from the installed package."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - only for texts

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # codecs.open, from Python 3.14 on
        return SentimentIntensityAnalyzer()
