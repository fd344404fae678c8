"""The names that the documentation gives to other libraries exist in those libraries."""

from __future__ import annotations

import re

from audit.compat.names import CLARIFY
from audit.registry import METRICS
from audit.registry.elsewhere import ELSEWHERE

LIBRARIES = ("fairlearn", "aif360", "aequitas", "oxonfair", "holisticai")


def test_every_name_elsewhere_is_a_name_there(ask):
    known = {library: set(names) for library, names in ask("names").items()}
    assert set(ELSEWHERE) <= set(METRICS)
    used = [
        (library, re.split(r"[ (]", name)[0], metric.id)
        for metric in METRICS.values()
        for library, name in (*metric.aliases, *ELSEWHERE.get(metric.id, ()))
        if library in LIBRARIES
    ]
    assert len(used) > 90
    assert [one for one in used if one[1] not in known[one[0]]] == []


def test_clarify_has_our_21_names_and_no_other(ask):
    assert set(ask("names")["clarify"]) == set(CLARIFY)


def test_every_rate_of_aequitas_has_a_name_here(ask):
    from tests.peers.test_agreement import AEQUITAS

    assert set(ask("names")["aequitas_rates"]) == set(AEQUITAS)
