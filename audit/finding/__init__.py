"""The one place where numbers become words: warnings, findings, severities and their sentences."""

from audit.finding.value import SEVERITIES, Caution, Evidence, Fact, Finding, Severity, evidence, identity

__all__ = ["SEVERITIES", "Caution", "Evidence", "Fact", "Finding", "Severity", "evidence", "identity"]
