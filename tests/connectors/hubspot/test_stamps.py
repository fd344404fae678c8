"""Moments of HubSpot, in whichever form they come."""

from datetime import UTC, datetime

import pytest

from connectors.hubspot.stamps import moment_of
from connectors.moments import in_seconds, instant

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["2026-11-23T12:00:00.000Z", "2026-11-23T14:00:00+02:00", "2026-11-23T12:00:00", 1795435200000]
)
def test_each_form_is_the_same_moment_in_utc(told):
    found = moment_of(told)
    assert found == NOON
    assert in_seconds(found) == "2026-11-23T12:00:00Z"
    assert instant(in_seconds(found)) == NOON


@pytest.mark.parametrize("told", [None, "", "soon", "9" * 40, {}])
def test_what_is_no_moment_is_none(told):
    assert moment_of(told) is None
