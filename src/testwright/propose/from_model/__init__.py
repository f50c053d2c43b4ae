"""Turns a model's words into candidates: what it is asked, what its reply holds, what rules can mend in it."""
