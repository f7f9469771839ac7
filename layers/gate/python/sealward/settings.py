"""Settings: the environment of a function, typed, read once, judged whole."""

import re
from collections.abc import Mapping

from notation_verifier.values import dataclass
from sealward.policy.bundle import Capability

SWEEP_LOOKS_PER_MINUTE = 600
"""Ten a second, where the environment says nothing."""
_ACCOUNT = re.compile(r"[0-9]{12}")
_LOOKS = re.compile(r"[1-9][0-9]{0,4}")
_PROXY = re.compile(r"(?:http://)?[^ /@:]+:([0-9]{1,5})/?")
_HIGHEST_PORT = 65_535


class InvalidSettings(Exception):  # noqa: N818  (named as the package's errors are)
    """The environment is not what the template gives; ``str()`` says all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the template tells its functions."""

    account: str
    """Twelve digits: the account whose registry is guarded."""
    region: str
    partition: str
    ledger_table: str
    look_queue_url: str
    dead_letter_queue_url: str
    policy_bundle: str
    """``s3://bucket/key`` or a path."""
    capability: Capability
    verdict_source: str = ""
    """The account whose images' verdicts may be asked for; empty: none."""
    verdict_repositories: tuple[str, ...] = ()
    """What it replicates here: names, and prefixes as ``prod/*``."""
    published_bundle: str = ""
    """What Git publishes for this account, written alike; empty: nobody said where."""
    registry: str = ""
    """Host of the registry that is guarded, as commands in findings name it."""
    evidence_bucket: str = ""
    """Where evidence is kept before an action; empty only where nothing is done."""
    keep_signatures: bool = False
    """Whether what makes an image trusted is kept there as well."""
    own_role: str = ""
    """ARN of the role that may pull where pulls are denied; empty: none are denied."""
    ledger_key: str
    """Name or ARN of the secret that seals the ledger."""
    event_bus: str = ""
    """Name or ARN of the bus that hears of verdict changes; empty: none does."""
    http_proxy: str = ""
    """``http://host:port`` asked about revocation instead of its sources; or none."""
    sweep_looks_per_minute: int = SWEEP_LOOKS_PER_MINUTE
    """What a sweep may send to the look queue in the long run."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings in ``environment``.

        Raises:
            InvalidSettings: a variable is missing or is not what it should be.
        """
        problems: list[str] = []

        def read(name: str) -> str:
            value = environment.get(name, "").strip()
            if not value:
                problems.append(f"{name} is not set")
            return value

        def optional(name: str) -> str:
            return environment.get(name, "").strip()

        account = read("SEALWARD_ACCOUNT")
        if account and not _ACCOUNT.fullmatch(account):
            problems.append(f"SEALWARD_ACCOUNT is {account!r}, not twelve digits")
        capability = _capability(read("CAPABILITY"), problems)
        looks = _looks(optional("SWEEP_LOOKS_PER_MINUTE"), problems)
        proxy = optional("SEALWARD_HTTP_PROXY")
        if proxy and not _is_proxy(proxy):
            problems.append(
                f"SEALWARD_HTTP_PROXY is {proxy!r}, not http://host:port with a port "
                "from 1 to 65535 (parameter HttpProxy)"
            )
        keep = optional("KEEP_SIGNATURES") or "no"
        if keep not in ("yes", "no"):
            problems.append(f"KEEP_SIGNATURES is {keep!r}, not yes or no")
        settings = cls(
            account=account,
            region=read("AWS_REGION"),
            partition=read("SEALWARD_PARTITION"),
            ledger_table=read("LEDGER_TABLE"),
            ledger_key=read("LEDGER_KEY"),
            look_queue_url=read("LOOK_QUEUE_URL"),
            dead_letter_queue_url=read("DEAD_LETTER_QUEUE_URL"),
            policy_bundle=read("POLICY_BUNDLE"),
            capability=capability,
            published_bundle=optional("PUBLISHED_BUNDLE"),
            verdict_source=optional("VERDICT_SOURCE"),
            verdict_repositories=tuple(
                filter(None, optional("VERDICT_REPOSITORIES").split(","))
            ),
            registry=optional("SEALWARD_REGISTRY"),
            evidence_bucket=optional("EVIDENCE_BUCKET"),
            keep_signatures=keep == "yes",
            own_role=optional("SEALWARD_ROLE"),
            event_bus=optional("EVENT_BUS"),
            http_proxy=proxy,
            sweep_looks_per_minute=looks,
        )
        if problems:
            raise InvalidSettings("; ".join(problems))
        return settings

    def require_evidence(self) -> None:
        """Return where evidence is kept before anything is done, or nothing is done.

        For the function that acts: an empty name would have it act without.

        Raises:
            InvalidSettings: the stack may act, and nothing says where.
        """
        if self.capability is not Capability.OBSERVE and not self.evidence_bucket:
            raise InvalidSettings(
                f"EVIDENCE_BUCKET is not set, and with CAPABILITY {self.capability} "
                "this function acts: nothing is done without evidence"
            )


def _capability(word: str, problems: list[str]) -> Capability:
    try:
        return Capability(word or Capability.OBSERVE)
    except ValueError:
        allowed = ", ".join(Capability)
        problems.append(f"CAPABILITY is {word!r}, not one of {allowed}")
        return Capability.OBSERVE


def _looks(said: str, problems: list[str]) -> int:
    if not said:
        return SWEEP_LOOKS_PER_MINUTE
    if _LOOKS.fullmatch(said):
        return int(said)
    problems.append(f"SWEEP_LOOKS_PER_MINUTE is {said!r}, not a number from 1 to 99999")
    return 1


def _is_proxy(text: str) -> bool:
    found = _PROXY.fullmatch(text)
    return found is not None and 1 <= int(found[1]) <= _HIGHEST_PORT
