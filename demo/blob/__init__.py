"""A signed file, for the examples of the command line."""
