"""Explanations of a score: what drives it and its gaps, which ways lead over the threshold, single leads."""
