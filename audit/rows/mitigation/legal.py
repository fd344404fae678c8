"""The legal mode over an experiment that was made without it."""

from __future__ import annotations

from dataclasses import replace

from audit.rows.mitigation.advising import advise
from audit.rows.mitigation.marking import marked
from audit.rows.mitigation.model import Experiment


def without_groups(made: Experiment) -> Experiment:
    """The experiment without what needs the group of a new lead, as if it had been asked for so.

    Only the intervals that hold for all remedies at once stay those of all. A remedy that was beaten by one
    that is hidden now is no longer beaten.
    """
    kept = tuple(one for one in made.trials if not one.remedy.attribute_at_decision)
    kept = kept if made.today is None else marked(kept, made.today, made.request.aim)
    fewer = replace(
        made,
        request=replace(made.request, legal=True),
        trials=kept,
        hidden=made.hidden + len(made.trials) - len(kept),
    )
    return fewer if made.advice is None else replace(fewer, advice=advise(fewer))
