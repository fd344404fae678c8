"""A lake as the versions before 0008 left it: everything in the clear."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from connectors import sealed_parquet, tombstones
from connectors.lake import Lake
from connectors.partitions import Manifest, load_manifest, manifest_name
from connectors.seals import Home, Seal, folder_name


def in_the_clear(lake: Lake, crm: str, organisation: str) -> tuple[Path, ...]:
    """Write an organisation's leads as they were written before; its files."""
    seal = lake.seals(crm, organisation)
    home = Home(path=lake.folder / crm / folder_name(organisation), seal=seal)
    manifest = load_manifest(home)
    assert manifest is not None
    files = [*manifest.partitions.values(), *([manifest.aside] if manifest.aside else [])]
    for name in files:
        _plain(home, name)
    known = [name for name in Manifest.__slots__ if name not in {"plain", "domains"}]
    document = {name: getattr(manifest, name) for name in known}
    (home.path / "manifest.json").write_text(json.dumps(document))
    lines = tombstones.lines(home)
    if lines:
        home.path.with_name(f"{home.path.name}.erased").write_text("".join(f"{line}\n" for line in lines))
    (home.path / manifest_name(seal)).unlink()
    tombstones.discard(home)
    return tuple(home.path / name for name in files)


def _plain(home: Home, name: str) -> None:
    with sealed_parquet.reading(home, name) as file:
        table = file.read().replace_schema_metadata()
    pq.write_table(table, home.path / name)


def older(seal: Seal) -> Seal:
    """The seal of an organisation whose leads may lie in the clear."""
    return Seal(owner=seal.owner, generation=seal.generation, secret=seal.secret, takes_plain=True)
