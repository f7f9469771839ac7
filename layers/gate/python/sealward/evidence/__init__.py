"""Evidence: what an action rests on, kept where nobody can change or delete it.

Kept before any action (docs/threat-model.md, 23), by hash, so that it can be checked
years later without trusting whoever kept it. Knows decisions and ports; it takes no
action and tells nobody.
"""

from sealward.evidence.checking import Checked, check
from sealward.evidence.dossier import (
    KEPT_LIMIT,
    Dossier,
    InvalidDossier,
    Piece,
    Role,
    dossier_key,
    dossiers_of,
    object_key,
)
from sealward.evidence.keeping import QUOTA, EvidenceKeeping
from sealward.evidence.recording import Recorder, recorded

__all__ = [
    "KEPT_LIMIT",
    "QUOTA",
    "Checked",
    "Dossier",
    "EvidenceKeeping",
    "InvalidDossier",
    "Piece",
    "Recorder",
    "Role",
    "check",
    "dossier_key",
    "dossiers_of",
    "object_key",
    "recorded",
]
