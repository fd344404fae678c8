"""Four kills of a pull, of full ones and of those that read what changed."""

from __future__ import annotations

import pytest

from tests.torture.pulls import kill_pulls
from tests.torture.sides import Crm


@pytest.mark.parametrize(("crm", "leads", "page"), [("salesforce", 2_000, 125), ("hubspot", 1_000, 100)])
def test_a_pull_that_is_killed_four_times_loses_and_doubles_nothing(crm: Crm, leads: int, page: int):
    tally = kill_pulls(kills=4, leads=leads, page=page, crm=crm)
    assert tally.faults == []
    assert tally.kills == 4
    assert tally.finished >= 1
    assert tally.resumed >= 1
    assert tally.saved >= page
