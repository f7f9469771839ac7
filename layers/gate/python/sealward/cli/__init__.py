"""The ``sealward`` command: one file per command; only here are adapters built."""
