"""Asks code-writing models: requests and replies, the backends that answer, the cache of replies, budgets."""
