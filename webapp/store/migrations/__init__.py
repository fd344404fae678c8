"""Alembic environment; the migrations are in versions."""
