"""Reads, writes and checks definitions."""
