"""A key is rotated by two processes at once while others sync, write back, erase and answer panels."""

from __future__ import annotations

from tests.torture.traffic import traffic
from webapp import jobs

LEADS = 45


def test_nothing_is_lost_or_mixed_while_keys_are_rotated(support, certificate, database_url, tmp_path):
    with support.running(
        certificate,
        tmp_path / "data",
        held=lambda crm: support.contents(crm, leads=LEADS),
        DATABASE_URL=database_url,
    ) as world:
        row = world.ready("hubspot")
        jobs.sync(world.services, row)
        held = {
            one
            for one in world.hubspot.record_ids()
            if world.services.repository.flag(row.id, world.services.keyring(row).lead_key(one).hex)
        }
        seen = traffic(world.services, row, tuple(sorted(held)), rotations=2)
        assert seen.faults == []
        assert seen.done["rotations"] >= 2
        assert seen.done["panels"] >= 20
        assert seen.done["erasures"] > 0
