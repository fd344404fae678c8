"""Ten kills of rotations and shreddings, on each database."""

from __future__ import annotations

from pathlib import Path

from tests.torture.keys import killed_keys


def test_a_killed_rotation_or_shredding_leaves_one_whole_key_or_none(database_url: str, tmp_path: Path):
    toll = killed_keys(tmp_path, kills=5, leads=600, seed=6, url=database_url)
    assert toll.faults == []
    assert toll.kills == 5
