"""The ``sealward`` command: a module for each command, and what they have in common.

Knows everything; inside the package only here are adapters built. A command prints,
and ends with a code that its help names.
"""
