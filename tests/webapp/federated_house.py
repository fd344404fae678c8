"""Organisations with installations of their own: their leads lie in their folders, and carry canaries."""

from __future__ import annotations

import base64
import csv
from pathlib import Path

import numpy as np

from audit.intake import admit
from audit.schema import parse_stream
from audit.tally import count
from connectors.files.reading import read_table
from tests.journey.canaries import MARK
from webapp.release_vault import vault_of
from webapp.releasing import Figures
from webapp.services import Services
from webapp.store.releases import owner_of
from webapp.store.rows import ConnectionRow

STREAM = """
[stream]
name = "lead-score"
key = "Id"
score = "score"
threshold = 60
score_range = [0, 100]
outcome = "converted"
features = ["Email"]
[[stream.attribute]]
name = "region"
"""
LEADS = "leads.csv"
RATES = {"urban": 0.45, "rural": 0.25, "remote": 0.3}


def environment(folder: Path, number: int) -> dict[str, str]:
    """What the commands of one organisation find: keys and a data folder that no other has."""
    master = base64.b64encode(bytes(range(number, number + 32))).decode()
    words = {"SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9", "MASTER_KEY": master, "DATA_DIR": str(folder)}
    return {f"FAIRLEAD_{name}": value for name, value in words.items()}


def write_leads(folder: Path, number: int, size: int) -> tuple[str, ...]:
    """Leads of one organisation; the ids and mails that must not travel."""
    rng = np.random.default_rng(number)
    regions = rng.choice(list(RATES), size, p=[0.6, 0.36, 0.04]).tolist()
    told = []
    folder.mkdir()
    with (folder / LEADS).open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["Id", "Email", "region", "score", "converted"])
        for i, region in enumerate(regions):
            identity = f"00Q{MARK}{number}{i:06}", f"{MARK}{number}.{i}@example.com"
            score = 60 + rng.integers(0, 8) * 5 if rng.random() < RATES[region] else rng.integers(0, 12) * 5
            writer.writerow([*identity, region, score, int(rng.random() < 0.3)])
            told += identity
    return tuple(told)


def figures_of(opened: Services, connection: ConnectionRow) -> Figures:
    """The exact figures of the leads in the organisation's own folder: in place of those of its CRM."""
    stream = parse_stream(STREAM, "stream.toml")
    table = read_table(opened.settings.data_dir / LEADS).table
    return Figures(
        owner=owner_of(connection),
        cube=count(admit(table, stream).table, stream),
        stream=stream,
        vault=vault_of(opened, connection),
    )
