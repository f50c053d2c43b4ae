"""Runs test files with the project's own pytest, one restricted process a run, and tells what each test did."""
