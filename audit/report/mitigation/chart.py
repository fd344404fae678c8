"""The trade-off as a chart: what a smaller gap costs, and which remedies no other one beats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from audit.estimate import Estimate
from audit.report.charts import BLUE, GREY, INK, ORANGE, PER_CENT, WIDTH, _svg
from audit.report.mitigation.view import AIM_WORDS, Line, pair, unit
from audit.rows.mitigation import Experiment
from audit.rows.mitigation.model import Reading

Good = Literal["accuracy", "won", "worth"]
BLIND, AWARE, CHANCE, TODAY = "no group needed", "needs the group", "by chance", "today"
SHAPES = {
    BLIND: ("circle", BLUE),
    AWARE: ("triangle-up", ORANGE),
    CHANCE: ("square", GREY),
    TODAY: ("diamond", INK),
}
TITLES: dict[Good, str] = {"accuracy": "right decisions", "won": "good outcomes per call"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing with the sentence that it shows."""

    title: str
    svg: Markup


def charts(made: Experiment, every: tuple[Line, ...]) -> tuple[Chart, ...]:
    """A chart for each good that there are figures of."""
    if made.today is None:
        return ()
    goods: list[Good] = ["accuracy", "won"]
    if made.today.worth is not None:
        goods.append("worth")
    drawn = (_chart(made, every, good) for good in goods)
    return tuple(one for one in drawn if one is not None)


def _chart(made: Experiment, every: tuple[Line, ...], good: Good) -> Chart | None:
    rows = [row for line in every if (row := _point(line, made, good)) is not None]
    today = made.today and _row(made.today, made, good)
    if not rows or not today:
        return None
    rows.append({**today, "kind": TODAY, "name": "today", "best": False})
    title = _title(made, rows, good)
    said = "; ".join(f"{row['name']}: gap {row['gap'] * 100:.1f} points, {_said(row, good)}" for row in rows)
    return Chart(title=title, svg=_svg(_drawn(rows, made, good), f"{title} ({_name(good, made)})", said))


def _point(line: Line, made: Experiment, good: Good) -> dict[str, Any] | None:
    row, remedy = line.trial.after and _row(line.trial.after, made, good), line.remedy
    if not row or (good != "accuracy" and not remedy.capacity_kept):
        return None
    kind = CHANCE if remedy.randomised else AWARE if remedy.attribute_at_decision else BLIND
    best = {
        "accuracy": line.trial.best,
        "won": line.trial.best_won,
        "worth": line.trial.best_worth,
    }[good]
    today = made.today.gap(made.request.aim).value if made.today else None
    shown = line.recommended or (best and row["gap"] < abs(today or 0.0))
    return {**row, "kind": kind, "name": str(line.number), "best": shown}


def _row(reading: Reading, made: Experiment, good: Good) -> dict[str, Any] | None:
    gap, other = reading.gap(made.request.aim), _good(reading, good)
    if gap.value is None or other is None or other.value is None:
        return None
    low, high = sorted(abs(end) for end in (gap.low or 0.0, gap.high or 0.0))
    crosses = (gap.low or 0.0) <= 0 <= (gap.high or 0.0)
    return {
        "gap": abs(gap.value),
        "low": 0.0 if crosses else low,
        "high": high,
        "good": other.value,
        "down": other.low,
        "up": other.high,
    }


def _good(reading: Reading, good: Good) -> Estimate | None:
    return {"accuracy": reading.accuracy, "won": reading.won, "worth": reading.worth}[good]


def _title(made: Experiment, rows: list[dict[str, Any]], good: Good) -> str:
    today = rows[-1]
    better = [row for row in rows[:-1] if row["gap"] < today["gap"] and row["good"] >= today["good"]]
    less = "less" if good == "worth" else "fewer"
    free = (
        f"{len(better)} {'remedy has' if len(better) == 1 else 'remedies have'} a smaller gap and no {less}"
        if better
        else f"No remedy has a smaller gap without {less}"
    )
    return f"{free} {_name(good, made)} than today, as measured: {pair(made)}"


def _name(good: Good, made: Experiment) -> str:
    return f"value per {unit(made)}" if good == "worth" else TITLES[good]


def _said(row: dict[str, Any], good: Good) -> str:
    return f"{row['good']:.4g}" if good == "worth" else f"{row['good'] * 100:.1f} %"


def _drawn(rows: list[dict[str, Any]], made: Experiment, good: Good) -> Any:  # noqa: ANN401 - a chart
    import altair as alt  # noqa: PLC0415 - slow to import

    share = alt.Axis() if good == "worth" else alt.Axis(labelExpr=PER_CENT)
    aim = AIM_WORDS[made.request.aim]
    x = alt.X(
        "gap:Q", title=f"{aim[:1].upper()}{aim[1:]} (left is fairer)", axis=alt.Axis(labelExpr=PER_CENT)
    )
    name = _name(good, made)
    y = alt.Y("good:Q", title=f"{name[:1].upper()}{name[1:]}", axis=share, scale=alt.Scale(zero=False))
    base = alt.Chart(alt.InlineData(values=rows))
    named = base.transform_filter("datum.best || datum.kind == 'today'")
    across = named.mark_rule(strokeWidth=1, color=GREY, opacity=0.7).encode(
        x=alt.X("low:Q"), x2="high:Q", y=y
    )
    along = named.mark_rule(strokeWidth=1, color=GREY, opacity=0.7).encode(x=x, y=alt.Y("down:Q"), y2="up:Q")
    points = base.mark_point(filled=True, size=80, opacity=0.9).encode(x=x, y=y, **_channels(rows))
    numbers = named.mark_text(align="left", dx=8, dy=-8, fontSize=12, color=INK).encode(
        x=x, y=y, text="name:N"
    )
    return alt.layer(across, along, points, numbers, width=WIDTH, height=320)


def _channels(rows: list[dict[str, Any]]) -> dict[str, Any]:
    import altair as alt  # noqa: PLC0415 - slow to import

    seen = [kind for kind in SHAPES if any(row["kind"] == kind for row in rows)]
    shapes, colours = zip(*(SHAPES[kind] for kind in seen), strict=True)
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    return {
        "shape": alt.Shape("kind:N", scale=alt.Scale(domain=seen, range=list(shapes)), legend=legend),
        "color": alt.Color("kind:N", scale=alt.Scale(domain=seen, range=list(colours)), legend=legend),
    }
