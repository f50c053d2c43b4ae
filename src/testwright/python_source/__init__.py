"""Reads Python source without running it, and renders values as the code a person would write."""
