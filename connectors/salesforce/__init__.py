"""Salesforce as a source of leads and as the place where flags go back (see source.py)."""
