"""Makes tables and pages of evaluations."""
