"""Renders tests, decides where they go, and applies the changes without losing a person's work."""
