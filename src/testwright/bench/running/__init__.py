"""Asks models for answers: which samples, in which order, and what is still missing."""
