"""Runs generators of tests on the same sources, and measures what they write."""
