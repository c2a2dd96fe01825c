"""Certificates that do not fit the name."""
