"""Proxies that make no tunnel."""
