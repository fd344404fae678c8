"""Which remedies can tell a new lead's score at all, and why the others cannot."""

from __future__ import annotations

from audit.rows.mitigation.model import Remedy

TRAINED = ("plain", "drop", "coarsen", "reweighing", "oversampling", "undersampling")
ON_THE_SCORE = ("recalibration", "threshold", "cap")

BY_CHANCE = "It decides by chance, and two equal leads shall not have two scores."
BY_GROUP = "It needs the group of every new lead. A shadow score is made without anybody's group."
QUEUE = "It sorts a whole queue anew, and tells no score of a single lead."
IMITATED = "An imitation of the CRM's score tells it. Drop the field in the CRM, and audit the new score."
CONSTRAINED = "It is made of many models under a constraint, and is not kept as a score of its own."


def why_not(remedy: Remedy) -> str | None:
    """Why a remedy cannot run as a shadow score, in a sentence; None where it can."""
    kind = remedy.id.partition(":")[0]
    if remedy.randomised:
        return BY_CHANCE
    if remedy.attribute_at_decision:
        return QUEUE if kind == "reorder" else BY_GROUP
    if kind == "crm-drop":
        return IMITATED
    if kind not in (*TRAINED, *ON_THE_SCORE):
        return CONSTRAINED
    return None


def kind_and_fields(remedy_id: str) -> tuple[str, tuple[str, ...]]:
    """What kind of remedy an id names, and what follows: the fields, or how far a threshold moves."""
    kind, _, rest = remedy_id.partition(":")
    return kind, tuple(rest.split("+")) if rest else ()
