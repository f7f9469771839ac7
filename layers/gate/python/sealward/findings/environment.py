"""How loud a finding is by the environment its policy names. Pure."""

from collections.abc import Mapping
from typing import Final

from sealward.decisions import Severity
from sealward.policy.bundle import Policy
from sealward.policy.policy import is_production

_QUIETER: Final[Mapping[Severity, Severity]] = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.LOW,
}


def in_environment(severity: Severity, policy: Policy | None) -> Severity:
    """Return ``severity``, one step lower where the policy is not for production.

    A policy that names no environment is as loud as one for production.
    Findings of the account (bundle, breaker, ledger) have no environment.
    """
    environment = policy.environment.strip() if policy else ""
    loud = not environment or is_production(environment)
    return severity if loud else _QUIETER[severity]
