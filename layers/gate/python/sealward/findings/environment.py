"""How loud a finding is by the environment its policy names. Pure."""

from collections.abc import Mapping
from typing import Final

from sealward.decisions import Severity
from sealward.policy.bundle import Policy

PRODUCTION: Final = frozenset({"", "prod", "production"})
"""Environments in which nothing is said more quietly; what says nothing counts too."""
_QUIETER: Final[Mapping[Severity, Severity]] = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.LOW,
}


def in_environment(severity: Severity, policy: Policy | None) -> Severity:
    """Return ``severity``, one step lower where the policy is not for production.

    Findings of the account (bundle, breaker, ledger) have no environment.
    """
    environment = policy.environment.strip().lower() if policy else ""
    return severity if environment in PRODUCTION else _QUIETER[severity]
