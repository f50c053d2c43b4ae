"""The order of the stages, one file per verb."""
