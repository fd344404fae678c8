"""A model that imitates a closed score, and what can be read off it."""
