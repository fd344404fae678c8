"""Signed evidence bundles: made from a report, and checked without a network."""

from audit.report.bundle.make import bundle
from audit.report.bundle.signing import public_text
from audit.report.bundle.verify import Checked, verify

__all__ = ["Checked", "bundle", "public_text", "verify"]
