"""Numbers as people read them: per cent, points, counts, names in quotes."""

from __future__ import annotations


def percent(value: float) -> str:
    """A share as per cent: 0.1234 is "12.3 %"."""
    return f"{value * 100:.1f} %"


def points(value: float) -> str:
    """The size of a difference of shares, without its sign: -0.183 is "18 points"."""
    size = abs(value) * 100
    text = f"{size:.0f}" if size >= 9.95 else f"{size:.1f}"
    return f"{text} point{'' if text == '1.0' else 's'}"


def amount(value: float) -> str:
    """A score with the digits that matter: 41.23 is "41.2", 0.4123 is "0.412"."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def count(value: int, noun: str = "lead") -> str:
    """A count with its noun: "1 lead", "4,312 leads"."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def named(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    """A group as part of a sentence: "leads with region 'small town' and age '65+'"."""
    return "leads with " + _each(attribute, group)


def briefly(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    """A group that was introduced before: "'city' leads", or in full for a crossing."""
    return f"'{group[0]}' leads" if len(group) == 1 else named(attribute, group)


def listed(parts: tuple[str, ...]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part) if parts else ""


def sentence(text: str) -> str:
    """Text with its first letter raised and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _each(attribute: tuple[str, ...], group: tuple[str, ...]) -> str:
    return listed(tuple(f"{name} '{level}'" for name, level in zip(attribute, group, strict=True)))
