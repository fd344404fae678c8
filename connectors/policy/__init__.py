"""The anonymisation policy: which fields may be read, and what each becomes."""
