"""Handshakes that fail before a certificate is judged."""
