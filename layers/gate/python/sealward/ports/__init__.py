"""Ports: what the gate needs of the world, and the ways the world may fail.

Adapters (``sealward.aws``) and the simulator implement these; one contract suite under
tests/contract runs against both. One module for each thing outside.
"""
