"""Ports: what the gate needs of the world, and the ways the world may fail.

Adapters (``sealward.aws``) and the simulator implement these; one contract suite under
tests/contract runs against both. One module for each thing outside, and ``reads``: how
several are asked side by side. Knows the values that are kept and in force (``ledger``,
``proposals``, ``overrides``, ``policy``), and no rule.
"""
