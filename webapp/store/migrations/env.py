"""Alembic's entry: migrations run on the connection that `webapp.store.database` hands over."""

from __future__ import annotations

from alembic import context

from webapp.store.every_table import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
