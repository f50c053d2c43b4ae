"""Holds the actions of `testwright bench`, a file each."""
