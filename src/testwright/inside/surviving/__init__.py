"""Searches for scenarios that tell mutants from the original: what the explored ones do not tell apart is sought on."""
