"""Sends recorded requests again, on rows made for them, and tells what came of it; loaded in workers only."""
