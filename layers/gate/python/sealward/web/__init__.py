"""Adapters of the open web: OCSP responders and CRL servers, asked within bounds.

Certificates say which URLs are asked, and whoever sits on the way answers: see
docs/network.md.
"""
