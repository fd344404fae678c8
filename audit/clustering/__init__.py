"""Leads of one account are not independent: how much wider that makes every interval and test."""
