"""Settling: a decision remembered, its evidence kept, its step taken, told of.

The last stage of a look, and the only one that writes its record.
"""
