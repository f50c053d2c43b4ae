"""The rules on suspicions, one in a file; each gives a suspicion of one observation, or None."""
