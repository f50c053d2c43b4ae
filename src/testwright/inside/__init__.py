"""All code that shares a process with the code under test; it imports the standard library and itself alone."""
