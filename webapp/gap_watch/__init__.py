"""Watched gaps as the application keeps them: which days count, under which rules, and what they said."""
