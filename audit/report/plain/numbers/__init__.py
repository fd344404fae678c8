"""Every number of a text, however it is written, and whether it stands in given facts."""

from audit.report.plain.numbers.check import unfounded
from audit.report.plain.numbers.find import numbers_in
from audit.report.plain.numbers.model import Kind, Number

__all__ = ["Kind", "Number", "numbers_in", "unfounded"]
