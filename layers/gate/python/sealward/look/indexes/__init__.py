"""Indexes: an image's place among the indexes of its repository, and its children's.

``descent`` is what the other stages know; they read above it (``parents``,
``listings``), remember below it (``children``), and hold what shields it (``shields``).
"""
