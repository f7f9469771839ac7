"""Writes tests/vectors/own.json (``make generated``)."""

from tests.vectors.own.collection import FILE, document

FILE.write_text(document())
