"""Keeps or rejects: pure functions of a candidate and its evidence, and the only place where that is decided."""
