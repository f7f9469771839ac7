"""Judges of the command line: who is asked about revocation, and of what time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from notation_verifier import Fetch
from notation_verifier.signer_service import SignerQuestion, SignerService
from sealward.cli.governing_statement import GoverningStatement
from sealward.policy.revocation import NOTHING_SAID, RevocationPolicy
from sealward.revocation import Inquiry, Revocations
from sealward.revocation.signer_answers import OneLook
from sealward.verifications import Judge
from sealward.web.fetch import WebSources

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who is asked in one run of a command; nothing of it is remembered after."""

    inquiry: Inquiry | None
    """Asks OCSP responders and CRL servers; None: nobody does."""
    signer: SignerService | None
    """Asks AWS Signer what it revoked; None: nobody does."""

    @classmethod
    def of(cls, *, offline: bool, now: datetime) -> "Asking":
        """Return who is asked in a run at ``now``; ``offline``: nobody."""
        if offline:
            return cls(inquiry=None, signer=None)
        inquiry = Revocations(WebSources).begin(now)
        inquiry.recall.run()  # nothing: no ledger stands behind it
        return cls(inquiry=inquiry, signer=OneLook(_ask_signer, _clock))

    def fetch(self, policy: RevocationPolicy = NOTHING_SAID) -> Fetch | None:
        """Return a way to ask under ``policy``."""
        return None if self.inquiry is None else self.inquiry.fetch(policy)

    def settings(
        self, policy: RevocationPolicy = NOTHING_SAID
    ) -> "Callable[[], RevocationSettings] | None":
        """Return how it is asked under ``policy``."""
        return None if self.inquiry is None else self.inquiry.settings(policy)


def judge_for(governing: GoverningStatement, *, asking: Asking, now: datetime) -> Judge:
    """Return what the signatures of one image are held against at ``now``."""
    policy = governing.policy
    said = policy.revocation
    return Judge(
        statement=policy.statement,
        trust_stores=governing.trust_stores,
        signer_roots=governing.signer_roots,
        user_metadata=policy.user_metadata,
        now=now,
        fetch=asking.fetch(said),
        revocation_settings=asking.settings(said),
        revocation_information_required=said.requires_information,
        signer_service=asking.signer,
        signer_reach=said.signer,
    )


def _clock() -> datetime:
    return datetime.now(UTC)


def _ask_signer(question: SignerQuestion) -> Sequence[str]:
    # botocore takes a third of a second, for those only whose images Signer signed.
    from sealward.aws.signer_data import SERVICE, SignerData  # noqa: PLC0415
    from sealward.cli.command_clients import CommandClients  # noqa: PLC0415

    clients = CommandClients()
    ask = SignerData(
        lambda region: clients.client(SERVICE, region), partition=question.partition
    )
    return ask(question)
