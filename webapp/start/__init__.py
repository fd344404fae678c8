"""The guided way from a fresh connection to its first audit. It keeps nothing of its own."""
