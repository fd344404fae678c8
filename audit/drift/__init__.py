"""Drift: how far the leads of a new window lie from those of a reference window, from two cubes of counts."""

from __future__ import annotations

from audit.drift.columns import Drift, drifts

__all__ = ["Drift", "drifts"]
