"""Numbers as people read them: per cent, points, counts, names in quotes."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 80
FEW = 10
"""Missing leads below which their number says more than is known."""
# Line ends, control characters, and marks that turn the direction of the text around them.
_UNSEEN = frozenset({"Cc", "Zl", "Zp"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def percent(value: float) -> str:
    """A share as per cent: 0.1234 is "12.3 %"."""
    return f"{value * 100:.1f} %"


def nobreak(text: str) -> str:
    """The text with its per cent signs held to their numbers at the end of a line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def points(value: float) -> str:
    """The size of a difference of shares, without its sign: -0.183 is "18 points"."""
    size = abs(value) * 100
    text = f"{size:.0f}" if size >= 9.95 else f"{size:.1f}"
    return f"{text} point{'' if text == '1.0' else 's'}"


def capitalized(text: str) -> str:
    """The same text as it begins a line: a capital first letter, the rest as typed."""
    return text[:1].upper() + text[1:]


def amount(value: float) -> str:
    """A score with the digits that matter: 41.23 is "41.2", 0.4123 is "0.412"."""
    shown = f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return shown.replace("-", "\N{MINUS SIGN}")


def hours(value: float) -> str:
    """A time of waiting: 31.04 is "31.0 hours", 0.5 is "0.5 hours"."""
    return f"{amount(value)} hour{'' if amount(value) == '1' else 's'}"


def count(value: int, noun: str = "lead") -> str:
    """A count with its noun: "1 lead", "4,312 leads"."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def more_leads(value: int) -> str:
    """How many leads are missing, as roughly as it is known: 764 is "about 770 more leads"."""
    return "a few more leads" if value < FEW else f"about {roughly(value):,} more leads"


def roughly(value: int) -> int:
    """A count rounded up to two digits: 764 becomes 770."""
    step: int = 10 ** max(len(str(value)) - 2, 0)
    return -(-value // step) * step


def clause(text: str) -> str:
    """A sentence as the end of another one: "The score is missing." becomes "the score is missing"."""
    first = text.partition(" ")[0]
    inner = text[:1].lower() + text[1:] if first.istitle() and first.isalpha() else text
    return inner.rstrip(".")


def named(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    """A group as part of a sentence: "leads with region 'small town' and age '65+'"."""
    return "leads with " + _each(attribute, group)


def briefly(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    """A group that was introduced before: "'city' leads", or in full for a crossing."""
    return f"{quoted(group[0])} leads" if len(group) == 1 else named(attribute, group)


def quoted(name: str) -> str:
    """A name from the data in quotes, on one line; in curly quotes where it has a straight one itself."""
    text = plain(name)
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}" if "'" in text else f"'{text}'"
    )


def plain(name: str) -> str:
    """A name from the data on one line, without unseen characters, cut after 80."""
    seen = "".join(" " if _unseen(one) else one for one in name)
    text = " ".join(seen.split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _unseen(one: str) -> bool:
    return unicodedata.category(one) in _UNSEEN or one in _TURNING


def listed(parts: tuple[str, ...]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part) if parts else ""


def sentence(text: str) -> str:
    """Text with its first letter raised and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _each(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    return listed(
        tuple(f"{plain(name)} {quoted(level)}" for name, level in zip(attribute, group, strict=True))
    )
