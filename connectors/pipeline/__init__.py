"""A scikit-learn pipeline that customers bring: read from a ``.skops`` file, never from a pickle."""

from __future__ import annotations

from connectors.pipeline.load import Brought, read_pipeline

__all__ = ["Brought", "read_pipeline"]
