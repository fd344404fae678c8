"""The shell: Flask, the database, the command line (see README.md)."""
