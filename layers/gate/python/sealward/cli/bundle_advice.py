"""Advice: what a bundle may say, though its author may not mean it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from notation_verifier import SIGNER_ROOTS
from sealward.policy.bundle import Enforcement, Policy, PolicyBundle
from sealward.policy.document import duration_text
from sealward.policy.policy import is_production
from sealward.verifications.coverage import may_cover

LONGEST_GRACE: Final = timedelta(hours=1)
"""Of a policy for production: as long can an unsigned image be pulled."""


def advice(bundle: PolicyBundle) -> tuple[str, ...]:
    """Return one sentence for each thing in ``bundle`` that deserves a second look."""
    return tuple(_of_bundle(bundle)) + tuple(
        f"{policy.statement.name}: {sentence}"
        for policy in bundle.policies
        for sentence in _of_policy(policy)
    )


def _of_bundle(bundle: PolicyBundle) -> Iterator[str]:
    if bundle.signer_roots != SIGNER_ROOTS:
        yield (
            "AWS Signer's ARNs count under roots of the bundle's own, not under those "
            "that AWS publishes"
        )


def _of_policy(policy: Policy) -> Iterator[str]:
    level = policy.statement.level
    acts = policy.enforcement is not Enforcement.REPORT
    if level.name == "skip":
        return
    if acts and not may_cover(level):
        yield (
            f"level {level.name} does not enforce authenticity, expiry and revocation "
            "all three, so a trusted index covers nothing that it lists: platform "
            f"images without a signature of their own meet '{policy.enforcement}'"
        )
    if is_production(policy.environment) and policy.grace > LONGEST_GRACE:
        yield (
            f"a grace of {duration_text(policy.grace)} in production: as long can an "
            "unsigned image be pulled"
        )
