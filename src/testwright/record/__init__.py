"""Stage: keeps what was recorded, and reads it back."""
