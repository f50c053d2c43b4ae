"""Runs candidates the way the user will and says what that showed, without an opinion."""
