"""Each goal beside what was reached."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.suite.catalogue import LIMIT, MIDDLE, OURS, SMALL
from benchmarks.suite.figures import Figure, Figures

LARGE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was asked for, what was reached (None: not measured), and whether more is better."""

    task: str
    text: str
    asked: float
    reached: float | None
    more: bool
    unit: str = "times"

    @property
    def met(self) -> str:
        """In a word."""
        if self.reached is None:
            return "not measured"
        good = self.reached >= self.asked if self.more else self.reached <= self.asked
        return "yes" if good else "**no**"


def goals(found: Figures) -> tuple[Goal, ...]:
    """All of them."""
    return (*_rates(found), *_resampled(found), *_fields(found), *_whole(found), *_ends(found))


def _first(figure: Figure) -> float:
    return figure.first


def _rates(found: Figures) -> tuple[Goal, ...]:
    peer = "aequitas Audit (rates only)"
    strings = [f"{OURS}, from {kind}" for kind in ("Python strings", "strings of pandas")]
    first = [found.ratio(("T1", peer, MIDDLE), ("T1", one, MIDDLE), _first) for one in strings]
    return (
        Goal(task="T1", text="from Python strings, first call, aequitas over ours at 1 million", asked=10, reached=first[0], more=True),
        Goal(task="T1", text="from strings of pandas, the same", asked=10, reached=first[1], more=True),
        Goal(task="T1", text="from integer codes at 10 million, ours over the bandwidth limit", asked=20, reached=found.ratio(("T1", OURS, LARGE), ("T1", LIMIT, LARGE)), more=False),
        Goal(task="T1", text="from warm Parquet at 10 million, ours over pyarrow's decoding", asked=2, reached=found.ratio(("T1 Parquet", OURS, LARGE), ("T1 Parquet", LIMIT, LARGE)), more=False),
    )  # fmt: skip


def _resampled(found: Figures) -> tuple[Goal, ...]:
    size = LARGE if found.of("T2", OURS, LARGE) else SMALL
    return (
        Goal(task="T2", text=f"intervals of everything at {size:,}, ours over one thread's draws alone", asked=0.6, reached=found.ratio(("T2", OURS, size), ("T2", "numpy, 1,000 draws only", size)), more=False),
        Goal(task="T2", text="everything, 10 million over 100 thousand", asked=1.3, reached=found.ratio(("T2", OURS, LARGE), ("T2", OURS, SMALL)), more=False),
    )  # fmt: skip


def _fields(found: Figures) -> tuple[Goal, ...]:
    information = "scikit-learn mutual information"
    size = MIDDLE if found.of("T5", OURS, MIDDLE) else SMALL
    return (
        Goal(task="T3", text="mutual information over ours at 100 thousand", asked=40, reached=found.ratio(("T3", information, SMALL), ("T3", OURS, SMALL)), more=True),
        Goal(task="T3", text="the same at 1 million", asked=400, reached=found.ratio(("T3", information, MIDDLE), ("T3", OURS, MIDDLE)), more=True),
        Goal(task="T3", text=f"ours over the streaming limit at {size:,}", asked=25, reached=found.ratio(("T3", OURS, size), ("T3", LIMIT, size)), more=False),
        Goal(task="T4", text="ours over our own T1 at 100 thousand", asked=1.05, reached=found.ratio(("T4", OURS, SMALL), ("T1", OURS, SMALL)), more=False),
        Goal(task="T4", text="aequitas over ours at 100 thousand", asked=5000, reached=found.ratio(("T4", "aequitas get_crosstabs", SMALL), ("T4", OURS, SMALL)), more=True),
        Goal(task="T5", text=f"evidently over ours at {size:,}", asked=200, reached=found.ratio(("T5", "evidently", size), ("T5", OURS, size)), more=True),
        Goal(task="T5", text=f"scipy by hand over ours at {size:,}", asked=10, reached=found.ratio(("T5", "scipy and numpy by hand", size), ("T5", OURS, size)), more=True),
    )  # fmt: skip


def _whole(found: Figures) -> tuple[Goal, ...]:
    large, streamed = found.of("audit", OURS, LARGE), found.of("memory", OURS, LARGE)
    grown = found.ratio(("memory", OURS, 50_000_000), ("memory", OURS, MIDDLE), lambda one: one.megabytes)
    return (
        Goal(task="memory", text="streaming Parquet at 10 million, peak", asked=250, reached=streamed.megabytes if streamed else None, more=False, unit="MB"),
        Goal(task="memory", text="the same, 50 million over 1 million", asked=1.1, reached=grown, more=False),
        Goal(task="audit", text="10 million leads from Parquet to the report", asked=60, reached=large.first if large else None, more=False, unit="s"),
        Goal(task="audit", text="the same, peak memory", asked=1500, reached=large.megabytes if large else None, more=False, unit="MB"),
    )  # fmt: skip


def _ends(found: Figures) -> tuple[Goal, ...]:
    policy = found.of("policy", OURS, SMALL)
    second = policy.row["runs"][0]["counted"] / policy.middle if policy else None
    pulls = [
        Goal(task=task, text="ours over the bare client", asked=1.5, reached=found.ratio((task, OURS, SMALL), (task, "bare client", SMALL)), more=False)
        for task in ("pull HubSpot",)
    ]  # fmt: skip
    return (
        Goal(
            task="policy",
            text="leads a second, HMAC included",
            asked=500_000,
            reached=second,
            more=True,
            unit="",
        ),
        *pulls,
    )
