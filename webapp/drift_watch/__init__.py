"""Drift looked at with every pull: what moved, since when, and what was told of it before."""
