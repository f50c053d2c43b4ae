"""Calls the code under test, thousands of times a second, and keeps the scenarios that reach something new."""
