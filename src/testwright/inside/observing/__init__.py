"""Runs scenarios on the module as it is, and turns what it sees into outcomes."""
