"""Finds scenarios that reach something new, in sandboxed workers, and observes what they do."""
