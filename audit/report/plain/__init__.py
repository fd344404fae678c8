"""A report in plain words: one page from templates, and the check of numbers in other words for it."""

from audit.report.plain.summary import Summary, paper, summary

__all__ = ["Summary", "paper", "summary"]
