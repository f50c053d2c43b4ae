"""Runs answers of models in the sandbox."""
