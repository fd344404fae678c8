"""Green, amber or red: the measured risk in one word, and the sentences that say why.

The limits, and where they come from:

- `K` = 5. A group of five is the smallest that health and census offices commonly release, which bounds the
  chance of pointing at the right one by 0.2 (El Emam and Dankar 2008; Dutch and US practice cited there).
- `PUBLISHED` = 0.09. The average chance of a right link, above that of pointing at anybody, up to which the
European Medicines Agency (Policy 0070, guidance of 2018, 5.4) and Health Canada (PRCI, 2019) let data be
published.
- `LINKED` = 0.20. The same chance for data that stay with those who hold them, as leads do here: that of
groups of five (El Emam 2013, chapter 16).
- `ALONE` = 0.05. More than one lead in twenty that looks like no other. This one is our own choice: such a
  share is no longer a few odd cases that a rule for rare values could mend.
- `GUESSED` = 0.10. A sensitive value is guessed so much more often than without the columns: our own choice.

References
----------
K. El Emam, F. K. Dankar (2008). Protecting privacy using k-anonymity. JAMIA 15(5):627-637. K. El Emam (2013).
Guide to the de-identification of personal health information. CRC Press.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.policy.exposure import Exposure
from connectors.policy.risk import K

Colour = Literal["green", "amber", "red", "unmeasured"]
PUBLISHED, LINKED, ALONE, GUESSED = 0.09, 0.20, 0.05, 0.10
FEW = 200
NO_LEAD = "There is no lead to measure the risk on, so nobody knows yet whether it is high."
_ORDER: tuple[Colour, ...] = ("green", "amber", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The level of a policy, and why: one plain sentence for each thing that was found, the worst first.

    ``red`` and ``unmeasured`` should not be saved without a written reason: not measured is not better than
    high. A green level has a sentence as well.
    """

    colour: Colour
    sentences: tuple[str, ...]


def level_of(exposure: Exposure) -> Level:
    """Judge what was measured, by the limits of this module. Without a lead nothing was measured."""
    if not exposure.risk.leads:
        return Level(colour="unmeasured", sentences=(NO_LEAD,))
    found = sorted(_findings(exposure), key=lambda one: -_ORDER.index(one[0]))
    colour = found[0][0] if found else "green"
    told = tuple(sentence for _, sentence in found) or (_calm(exposure),)
    return Level(colour=colour, sentences=(*told, *_few(exposure)))


def _findings(exposure: Exposure) -> Iterator[tuple[Colour, str]]:
    yield from _alone(exposure)
    yield from _linked(exposure)
    risk = exposure.risk
    if risk.smallest < K:
        yield (
            "amber",
            f"The smallest group of leads that look alike has {risk.smallest:,}: aim at {K} or more.",
        )
    yield from _learned(exposure)


def _alone(exposure: Exposure) -> Iterator[tuple[Colour, str]]:
    risk = exposure.risk
    share = risk.alone / risk.leads
    if share > ALONE:
        yield (
            "red",
            (
                f"{risk.alone:,} of {risk.leads:,} leads ({share:.1%}) look like no other: more than "
                f"{ALONE:.0%}."
            ),
        )


def _linked(exposure: Exposure) -> Iterator[tuple[Colour, str]]:
    attack = exposure.attack
    if not attack.listed:
        return
    share, base = attack.expected / attack.listed, attack.by_chance / attack.listed
    if share - base > PUBLISHED:
        yield (
            "red" if share - base > LINKED else "amber",
            (
                f"Somebody with a list of these values would find the right lead for {share:.1%} of them, "
                f"by pointing at any lead for {base:.2%}."
            ),
        )


def _learned(exposure: Exposure) -> Iterator[tuple[Colour, str]]:
    for told, guess in exposure.learned:
        if told.distinct == 1 and exposure.risk.groups > 1:
            yield (
                "amber",
                (
                    f"Some group of leads that look alike has only one value of {told.column}: "
                    "who finds the group knows it."
                ),
            )
        base = max(guess.base or 0.0, guess.most or 0.0)
        if guess.right is not None and guess.right - base > GUESSED:
            yield (
                "amber",
                (
                    f"{told.column} is guessed right for {guess.right:.0%} of the leads from the others, "
                    f"for {base:.0%} without them."
                ),
            )


def _calm(exposure: Exposure) -> str:
    risk = exposure.risk
    return f"Every lead looks like at least {risk.smallest - 1:,} others on what an outsider could know."


def _few(exposure: Exposure) -> Iterator[str]:
    if exposure.risk.leads < FEW:
        yield (
            f"Measured on {exposure.risk.leads:,} leads only. In a larger pull more of them look alike, "
            "so the risk is less than this says."
        )
