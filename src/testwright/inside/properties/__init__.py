"""Runs Hypothesis tests of the target's interpreter, one after the other, with seeds of ours."""
