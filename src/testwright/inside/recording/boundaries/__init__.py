"""Watches what a program exchanges with the world outside: each module here one library, and only once it is imported."""
