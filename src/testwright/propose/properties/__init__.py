"""Conjectures about functions: one module for each kind of property, from the static model alone."""
