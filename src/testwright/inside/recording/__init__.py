"""Records real runs: which functions of the project were called with what, and what went over its boundaries."""
