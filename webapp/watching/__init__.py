"""Figures for Prometheus: what the database knows of the installation, and how this process answers."""
