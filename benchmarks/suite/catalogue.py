"""Which figures a run has: task, system, and at which sizes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.suite.run import Asked, Sizes

SMALL, MIDDLE = 100_000, 1_000_000
OURS, LIMIT = "Fairlead", "limit"
WORDS = {
    "T1": "Rates, AUC, mean score and calibration of 167 groups; ours has the interval of every number, and further metrics",
    "T1 Parquet": "The same from a warm Parquet file",
    "T2": "Intervals of all that: ours are closed forms, as in T1, and the peers resample 1,000 times",
    "T3": "How well each of 12 fields predicts each of 3 attributes",
    "T4": "The groups of each of 3 attributes at 101 thresholds",
    "T5": "PSI and Kolmogorov-Smirnov of 12 fields between two halves",
    "memory": "Streaming a Parquet file",
    "audit": "The whole command, and a script with the peers",
    "policy": "The policy applied to 100,000 records",
    "report": "The three files of a report",
    "pull Salesforce": "10,000 leads pulled from the stand-in (its jobs are gone afterwards, so that a bare client cannot repeat them)",
    "pull HubSpot": "10,000 contacts pulled from the stand-in, and the same answers downloaded and parsed",
}
# Task, system, module, case, and the largest size it is run at (None: every size).
_RATES: tuple[tuple[str, str, str, str, int | None], ...] = (
    ("T1", OURS, "ours", "codes", None),
    ("T1", f"{OURS}, from Python strings", "ours", "objects", None),
    ("T1", f"{OURS}, from strings of pandas", "ours", "strings", None),
    ("T1", f"{OURS}, from strings through intake", "ours", "admitted", MIDDLE),
    ("T1", LIMIT, "limits", "five", None),
    ("T1", "aequitas Audit (rates only)", "peers", "aequitas", None),
    ("T1", "fairlearn", "peers", "fairlearn", SMALL),
    ("T1", "aif360 (rates only)", "peers", "aif360", SMALL),
    ("T1", "oxonfair (rates only)", "peers", "oxonfair", MIDDLE),
    ("T1", "smclarify (differences only)", "peers", "smclarify", SMALL),
    ("T1 Parquet", OURS, "ours", "parquet", None),
    ("T1 Parquet", LIMIT, "limits", "parquet", None),
    ("T2", OURS, "ours", "codes", None),
    ("T2", "numpy, 1,000 draws only", "limits", "multinomials", None),
    ("T2", "fairlearn", "peers", "fairlearn bootstrap", SMALL),
    ("T3", OURS, "ours", "stand ins", None),
    ("T3", LIMIT, "limits", "fields and attributes", None),
    ("T3", "scikit-learn mutual information", "peers", "some information", MIDDLE),
    ("T3", "scikit-learn trees", "peers", "tree", SMALL),
    ("T4", OURS, "ours", "thresholds", None),
    ("T4", LIMIT, "limits", "five", None),
    ("T4", "aequitas get_crosstabs", "peers", "aequitas thresholds", SMALL),
    ("T4", "aequitas get_crosstabs, 3 thresholds", "peers", "aequitas some thresholds", MIDDLE),
    ("T5", OURS, "ours", "drift", None),
    ("T5", f"{OURS}, whole report", "ours", "whole drift", MIDDLE),
    ("T5", LIMIT, "limits", "fields", None),
    ("T5", "evidently", "drift_peers", "evidently", MIDDLE),
    ("T5", "nannyml", "drift_peers", "nannyml", MIDDLE),
    ("T5", "scipy and numpy by hand", "peers", "by hand", None),
)
_ENDS = (
    ("policy", OURS, "policy"),
    ("policy", "HMAC alone", "keys"),
    ("report", OURS, "report"),
    ("pull Salesforce", OURS, "salesforce"),
    ("pull HubSpot", OURS, "hubspot"),
    ("pull HubSpot", "bare client", "hubspot bare"),
)


def every(sizes: Sizes) -> Sequence[Asked]:
    """All figures of these sizes."""
    rates = [
        Asked(task=task, system=system, module=module, case=case, leads=number)
        for task, system, module, case, most in _RATES
        for number in sizes.rates
        if most is None or number <= most
    ]
    streams = [
        Asked(task="memory", system=OURS, module="ours", case="parquet", leads=number)
        for number in sizes.streams
    ]
    audits = [
        Asked(task="audit", system=OURS, module="journeys", case="whole", leads=number)
        for number in sizes.audits
    ]
    script = [
        Asked(task="audit", system="script with the peers", module="peers", case="script", leads=number)
        for number in sizes.audits
        if number <= MIDDLE
    ]
    ends = [
        Asked(task=task, system=system, module="journeys", case=case, leads=min(sizes.rates))
        for task, system, case in _ENDS
    ]
    # The small sizes first: of a run that is ended, what is there is whole.
    return sorted((*rates, *ends, *streams, *audits, *script), key=lambda one: one.leads)
