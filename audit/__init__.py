"""The audit: tables in, numbers and sentences out. Pure (see README.md)."""
