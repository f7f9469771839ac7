"""Revocation beside the reference's library, in generated worlds."""
