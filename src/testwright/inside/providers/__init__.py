"""Where input values come from: each module offers recipes for a need, and can be switched off by its name."""
