"""Overrides: what people say against what Sealward would do, for a while. And its port.

Values and how they are stored; who may say what is ``operate``'s to judge.
"""

from sealward.overrides.pauses import LONGEST_PAUSE, PAUSES_LIMIT, Pause, Pauses
from sealward.overrides.port import Overrides
from sealward.overrides.used import Used

__all__ = [
    "LONGEST_PAUSE",
    "PAUSES_LIMIT",
    "Overrides",
    "Pause",
    "Pauses",
    "Used",
]
