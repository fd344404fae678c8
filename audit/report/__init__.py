"""The report: frozen, digested, written as JSON, HTML and CSV."""
