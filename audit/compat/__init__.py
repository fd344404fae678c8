"""The same numbers under the names of another library, beside what that library would print."""

from __future__ import annotations

from audit.compat.model import Compat, Stage

__all__ = ["Compat", "Stage"]
