"""``sealward uninstall``: the way out, and back."""

from sealward.cli.uninstall.command import uninstall

__all__ = ["uninstall"]
