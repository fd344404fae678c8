"""The search for the groups that are treated worst: attributes crossed with each other and with the fields."""

from audit.subgroups.model import Search, Subgroup, Verified
from audit.subgroups.search import search

__all__ = ["Search", "Subgroup", "Verified", "search"]
