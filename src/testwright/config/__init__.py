"""Options, the project and the targets: what the user asked for, and where each value came from."""
