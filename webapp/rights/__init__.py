"""The rights of the people whose leads are scored: erasure, retention, dossier, record of processing."""
