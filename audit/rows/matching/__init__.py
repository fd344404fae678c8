"""Leads held against their nearest counterparts in another group."""
