"""How much of a gap in mean score goes through which feature."""
