"""Asks the verifier about a forged scene: what the revocation tests have in common."""

from typing import Any

from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.revocation import (
    Attempt,
    Cause,
    CertificateRevocation,
    ChainRevocation,
    check_revocation,
)
from tests.forge import revocation as forge


def certificates(scene: forge.Scene) -> list[Certificate]:
    return [read_certificate(der) for der in scene.signer.ders]


def ask(
    scene: forge.Scene, answers: dict[str, Any] | forge.Servers, **changes: Any
) -> ChainRevocation:
    """Return what is found out when ``answers`` are served, by URL."""
    if not isinstance(answers, forge.Servers):
        answers = forge.Servers(
            {
                url: answer if isinstance(answer, bytes | Exception) else answer.der()
                for url, answer in answers.items()
            }
        )
    return check_revocation(
        certificates(scene), fetch=answers, **{"now": forge.NOW} | changes
    )


def leaf(
    scene: forge.Scene, answers: dict[str, Any], **changes: Any
) -> CertificateRevocation:
    return ask(scene, answers, **changes).certificates[0]


def attempt(scene: forge.Scene, answers: dict[str, Any], **changes: Any) -> Attempt:
    """Return the one attempt that was made."""
    (only,) = leaf(scene, answers, **changes).attempts
    return only


def cause(scene: forge.Scene, answers: dict[str, Any], **changes: Any) -> Cause | None:
    return attempt(scene, answers, **changes).cause
