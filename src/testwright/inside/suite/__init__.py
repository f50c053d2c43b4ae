"""Runs the project's own test suite once under coverage.py, as an ordinary process in a world of its own."""
