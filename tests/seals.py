"""Seals for lakes that no database belongs to: one secret for all, so that other processes know it too."""

from __future__ import annotations

from connectors.seals import one_secret

SEALS = one_secret(bytes(range(32)))
