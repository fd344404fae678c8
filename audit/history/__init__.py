"""One audit beside the one before: what it says in few numbers, and what surely changed."""

from audit.history.compare import changes
from audit.history.model import Change, ChangeKind, Noted, Overview, Point
from audit.history.summary import overview

__all__ = ["Change", "ChangeKind", "Noted", "Overview", "Point", "changes", "overview"]
