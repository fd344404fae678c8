"""Everything that touches a CRM or a raw identifier (see README.md)."""
