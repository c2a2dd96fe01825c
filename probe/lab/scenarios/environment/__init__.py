"""Test and production of one system, mixed up."""
