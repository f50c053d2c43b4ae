"""Says what tests do not cover, how bad that is, and what to test next."""
