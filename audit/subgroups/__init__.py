"""The search for the groups that are treated worst, over attributes crossed with each other and fields."""

from audit.subgroups.model import Search, Subgroup, Verified
from audit.subgroups.search import search

__all__ = ["Search", "Subgroup", "Verified", "search"]
