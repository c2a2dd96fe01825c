"""Connections that do not come about."""
