"""Judging: what a decision rests on, put together; the rules are in ``decisions``.

Crashes are kept here as well: what nobody expected is no verdict.
"""
