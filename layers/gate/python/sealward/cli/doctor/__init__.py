"""``sealward doctor``: what keeps the stack from doing its work, and the remedy."""

from sealward.cli.doctor.command import doctor

__all__ = ["doctor"]
