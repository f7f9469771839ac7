"""The sweep: finds what events missed, and what a policy or a revocation touches."""

from sealward.sweep.progress import Kind, Recheck
from sealward.sweep.sweep import Report, Sweep

__all__ = [
    "Kind",
    "Recheck",
    "Report",
    "Sweep",
]
