"""Reads: the database to plain values for pages."""
