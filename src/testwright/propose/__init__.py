"""Turns what was seen into tests that are not yet believed."""
