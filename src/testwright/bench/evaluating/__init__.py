"""Runs answers to definitions, and says what each of their items gave."""
