"""Bayesian Improved Surname Geocoding: what a surname and a place say together about a group.

The product ships no census data: whoever uses this brings a table of surnames (the Census Bureau's)
and a table of places. The result goes into columns of the file, which ``probabilities`` of an attribute
names.

References
----------
M. Elliott et al. (2009). Health Services and Outcomes Research Methodology 9:69. Consumer Financial
Protection Bureau (2014). Using publicly available information to proxy for unidentified race and
ethnicity (its program is CFPB/proxy-methodology).
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.schema import BadInput


def bisg(surname: FloatArray, place: FloatArray, national: FloatArray) -> FloatArray:
    """Probability of each group given surname and place.

    ``P(group | surname, place)`` is proportional to ``P(group | surname) P(group | place) / P(group)``,
    if surname and place are independent within every group.

    Parameters
    ----------
    surname, place
        Probability of each group given the surname, and given the place: one row per lead, one
        column per group. NaN where the surname or the place is not in the table.
    national
        Share of each group in the whole population that both tables describe; above 0, sum 1.

    Returns
    -------
    One row per lead. Without a surname the place decides alone and the other way round; NaN without
    either, or where they exclude each other (no group is possible under both).

    Raises
    ------
    BadInput
        Where the shapes differ, a number is no probability, or a national share is not above 0.
    """
    _check(surname, place, national)
    known_surname, known_place = (np.asarray(~np.isnan(part).any(axis=1)) for part in (surname, place))
    both = np.where(known_surname[:, None], surname, national)
    both = both * np.where(known_place[:, None], place, national) / national
    total = both.sum(axis=1, keepdims=True)
    usable = (known_surname | known_place)[:, None] & (total > 0)
    return np.where(usable, both / np.where(total > 0, total, 1.0), np.nan)


def national_shares(counts: FloatArray) -> FloatArray:
    """Share of each group over all places, from a table of people by place (rows) and group (columns)."""
    total = counts.sum(axis=0)
    if not total.sum() > 0:
        message = "the table of places counts nobody; give the number of people of each group in each place"
        raise BadInput(message)
    return np.asarray(total / total.sum(), dtype=np.float64)


def _check(surname: FloatArray, place: FloatArray, national: FloatArray) -> None:
    if surname.ndim != 2 or surname.shape != place.shape or national.shape != surname.shape[1:]:
        message = (
            f"surname {surname.shape}, place {place.shape} and national {national.shape} do not fit: give one"
            " row per lead in both, and one column per group in all three, in the same order"
        )
        raise BadInput(message)
    for name, part in (("surname", surname), ("place", place)):
        wrong = np.flatnonzero((~np.isnan(part) & ((part < 0) | (part > 1))).any(axis=1))
        if wrong.size:
            message = f"{name} holds a number that is no probability; give shares between 0 and 1"
            raise BadInput(message, row=int(wrong[0]))
    if not (national > 0).all() or abs(float(national.sum()) - 1) > 0.01:
        message = "national must hold a share above 0 for each group, and sum to 1"
        raise BadInput(message)
