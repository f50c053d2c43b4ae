"""Runs the project's own tests once, and notes what they execute and which values they use."""
