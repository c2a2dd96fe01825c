"""Servers that want a certificate of the client."""
