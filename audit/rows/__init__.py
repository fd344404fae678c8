"""The part of the audit that needs rows, not only counts."""
