"""Turns the trace of a request into a test: the rows that it needs, the request as it was sent, and what must hold after it."""
