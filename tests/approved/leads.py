"""Made-up leads with everything that a stream can name, and with much that is wrong with CRM data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

HEAD = """[stream]
name = "approved"
key = "id"
score = "score"
outcome = "won"
outcome_at = "won_at"
scored_at = "scored_at"
created = "created"
maturity_days = 30
worked = "worked"
contacted = "contacted"
touches = "touches"
reassigned = "moved"
controls = ["size"]
features = ["zip3", "source", "visits", "birthday", "company"]
text = ["note"]
text_language = "en"
"""
ATTRIBUTES = """
[[stream.attribute]]
name = "region"
reference = "north"
[[stream.attribute]]
name = "gender"
special_category = true
[[stream.attribute]]
name = "age"
bands = [30, 50]
"""
ESTIMATED = """
[[stream.attribute]]
name = "origin"
probabilities = {here = "p_here", there = "p_there"}
"""
STREAMS = {
    "score": HEAD + "threshold = 55\n" + ATTRIBUTES + "[audit]\nqueue = 60\n",
    "account": HEAD
    + "threshold = 55\naccount = 'company'\n"
    + ATTRIBUTES.partition('[[stream.attribute]]\nname = "gender"')[0],
    "options": HEAD
    + "decision = 'offer'\ndecision_kind = 'options'\nfavourable = ['Premium']\n"
    + ATTRIBUTES.partition('[[stream.attribute]]\nname = "age"')[0]
    + "[audit]\nintersections = 1\nsearch_depth = 2\n",
    "levels": HEAD
    + "decision = 'level'\ndecision_kind = 'levels'\ndecision_levels = ['low', 'normal', 'high']\n"
    + "favourable = ['high']\n"
    + ATTRIBUTES.partition('[[stream.attribute]]\nname = "gender"')[0]
    + ESTIMATED,
}
"""Every kind of decision; the options and levels with fewer attributes."""
NOTES = (
    "Very happy with the demo, great team!",
    "Angry: nobody called back, terrible.",
    "Asked for a quote.",
    "",
)


def leads(n: int = 460) -> pa.Table:
    """The same leads each time: a region that is scored lower than it converts, a ZIP code that tells it."""
    random = np.random.default_rng(20)
    region = random.choice(["north", "south", "west"], n, p=[0.45, 0.35, 0.2])
    south = region == "south"
    gender = random.choice(["f", "m"], n)
    quality = random.normal(0, 1, n)
    small = random.random(n) < 0.4
    score = np.clip(np.round(55 + 14 * quality - 16 * south - 3 * small + random.normal(0, 6, n)), 0, 100)
    won = random.random(n) < 1 / (1 + np.exp(-(quality - 0.6)))
    worked = random.random(n) < np.where(score >= 50, 0.95, 0.6)
    created = np.datetime64("2026-01-05T08:00") + random.integers(0, 60 * 24 * 90, n).astype("timedelta64[m]")
    waited = (random.exponential(np.where(score >= 55, 15.0, 40.0) * np.where(south, 1.5, 1.0)) * 60).astype(
        int
    )
    contacted = np.where(worked, (created + waited.astype("timedelta64[m]")).astype(str), "")
    ended = (created + (waited + 60 * 24 * random.integers(2, 20, n)).astype("timedelta64[m]")).astype(str)
    ended[:3] = "2025-12-01T08:00"
    level = np.clip((score + random.normal(0, 10, n)) // 33, 0, 2).astype(int)
    here = np.round(np.clip(np.where(south, 0.3, 0.8) + random.normal(0, 0.1, n), 0, 1), 2)
    columns = {
        "id": np.char.add("lead-", np.arange(n).astype(str)),
        "score": np.where(np.arange(n) == 7, "n/a", score.astype(int).astype(str)),
        "won": np.where(worked & (random.random(n) < 0.9), np.where(won, "yes", "no"), ""),
        "won_at": ended,
        "scored_at": np.where(np.arange(n) % 50 == 1, "2026-12-01T08:00", created.astype(str)),
        "created": created.astype(str),
        "worked": np.where(worked, "yes", "no"),
        "contacted": contacted,
        "touches": np.where(np.arange(n) == 9, "-3", random.poisson(np.where(south, 2.0, 3.0)).astype(str)),
        "moved": np.where(random.random(n) < 0.1, "yes", "no"),
        "size": np.where(small, "small", "large"),
        "note": random.choice(NOTES, n),
        "region": np.where(random.random(n) < 0.06, random.choice(["", "Select", "N/A"], n), region),
        "gender": np.where(random.random(n) < 0.1, "", gender),
        "age": np.where(np.arange(n) % 31 == 0, "about 40", random.integers(18, 70, n).astype(str)),
        "company": np.char.add("c", (np.arange(n) // 6).astype(str)),
        "zip3": np.char.add(
            "z", np.where(south, random.integers(0, 4, n), random.integers(3, 9, n)).astype(str)
        ),
        "source": np.where(quality > 0.5, "referral", random.choice(["web", "event"], n)),
        "visits": (np.round(3 + quality) * (random.random(n) < 0.8)).astype(int).astype(str),
        "birthday": np.where(
            random.random(n) < 0.3, "1970-01-01", random.integers(1950, 2000, n).astype(str)
        ),
        "offer": np.array(["Basic", "Plus", "Premium"])[level],
        "level": np.array(["low", "normal", "high"])[level],
        "p_here": here.astype(str),
        "p_there": np.round(1 - here, 2).astype(str),
    }
    made = pa.table({name: pa.array(values.tolist(), pa.string()) for name, values in columns.items()})
    # Two leads stand twice: once under the same id, once under another.
    twin = made.slice(20, 1).set_column(0, "id", pa.array(["lead-twin"]))
    return pa.concat_tables([made, made.slice(11, 1), twin])
