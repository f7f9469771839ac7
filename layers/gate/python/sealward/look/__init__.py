"""A look: the whole way from a hint to a finding, at one image.

``gate`` walks it, stage by stage, each a room of its own: ``reading`` what the registry
and the ledger say, ``indexes`` it is listed by, ``judging`` what a decision rests on,
``settling`` the decision, ``telling`` of it. ``equipment`` is what a gate is given.
Knows every rule and every port; no adapter, no clock.
"""
