"""Parts of audit.json, as records and back."""
