"""Keeps evaluations and conversations as files, and reads them back."""
