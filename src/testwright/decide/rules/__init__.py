"""The reasons to reject a test, one a file; the file's name is the slug and that of its page under docs/reasons/."""
