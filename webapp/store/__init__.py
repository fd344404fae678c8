"""What Fairlead remembers: connections, grants, policies, audits, flags, people (SQLAlchemy, Alembic)."""
