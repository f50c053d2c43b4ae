"""Keeps code under test from touching anything outside its scratch folder, as far as the system allows."""
