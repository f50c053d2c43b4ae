"""What shares a process with a recorded program: it watches, writes down, and must never be noticed."""
