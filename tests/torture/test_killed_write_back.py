"""Four kills of a write-back; ``make torture`` does two hundred."""

from __future__ import annotations

from tests.torture.writing import killed_write_backs


def test_four_kills_leave_no_stale_flag_and_nothing_doubled(tmp_path):
    toll = killed_write_backs(tmp_path, kills=4, leads=2_300, seed=4)
    assert toll.troubles == []
    assert toll.kills == 4
    assert max(toll.changed) >= 2_000 > min(toll.changed)
    assert toll.half_done


def test_four_kills_at_hubspot_leave_no_stale_flag(tmp_path):
    toll = killed_write_backs(tmp_path, kills=4, leads=900, seed=5, crm="hubspot")
    assert toll.troubles == []
    assert toll.kills == 4
    assert toll.half_done
