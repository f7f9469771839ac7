"""Our verdicts, in the terms of the comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from notation_verifier.descriptor import Descriptor
from notation_verifier.errors import InvalidTrustStore, NotationError
from notation_verifier.levels import Validation
from notation_verifier.outcome import Failed, Passed, Reason
from notation_verifier.report import Conclusion, Verification
from notation_verifier.revocation import CertificateRevocation, ChainRevocation
from notation_verifier.trust_policy import TrustPolicyDocument, TrustPolicyStatement
from notation_verifier.trust_store import TrustStoreName, TrustStores
from notation_verifier.verification import verify
from sealward.cli.bundle_file import UnreadableFile
from sealward.cli.trust_store_folder import read_trust_stores
from sealward.policy.problems import InvalidBundle
from tests.differential.case import Case
from tests.differential.loopback import Loopback

_UNKNOWN = (Reason.REVOCATION_UNKNOWN, Reason.TSA_REVOCATION_UNKNOWN)


@dataclass(frozen=True)
class Refusal:
    """One thing we hold against a case."""

    kind: str
    """The error's class, or the report's reason."""
    text: str
    validation: str
    """The validation it belongs to; "" for a policy or a store."""
    enforced: bool
    revocation: CertificateRevocation | None = None
    """What was found of the certificate that decided, for a check of revocation."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass(frozen=True)
class Judgement:
    """What we make of a case."""

    accepted: bool
    stage: str
    """As in the reference's verdict."""
    statement: str
    readable: bool
    """Whether every check was made; not so for what is no envelope at all."""
    refusals: tuple[Refusal, ...]
    """All that failed, and where nothing enforced did, what was left open."""

    @property
    def failed(self) -> frozenset[str]:
        """The validations that failed, enforced or only logged."""
        return frozenset(each.validation for each in self.refusals)

    @property
    def decisive(self) -> tuple[Refusal, ...]:
        """What decided, where the case was not accepted."""
        return tuple(each for each in self.refusals if each.enforced)


def judge(case: Case, now: datetime, scratch: Path = Path()) -> Judgement:
    """Return our verdict on a case, whose files were written below ``scratch``."""
    try:
        document = TrustPolicyDocument.parse(case.policy)
    except NotationError as error:
        return _refused("policy", "", (_refusal(error, ""),))
    repository, _, _ = case.reference.rpartition("@")
    statement = document.statement_for(repository)
    if statement is None:
        refusal = Refusal("NoApplicableStatement", repository, "", enforced=True)
        return _refused("selection", "", (refusal,))
    if case.envelope is None or statement.level.name == "skip":
        stage = "selection" if case.envelope is None else "skip"
        return Judgement(
            accepted=True,
            stage=stage,
            statement=statement.name,
            readable=True,
            refusals=(),
        )
    return _verified(case, case.envelope, statement, now, scratch)


def _verified(
    case: Case,
    envelope: bytes,
    statement: TrustPolicyStatement,
    now: datetime,
    scratch: Path,
) -> Judgement:
    refused: tuple[Refusal, ...] = ()
    try:
        held = case.stores if case.folder is None else _on_disk(case, scratch)
        stores = _stores(
            tuple((name, tuple(ders)) for name, ders in sorted(held.items()))
        )
    except InvalidTrustStore as error:
        # Nobody verifies with such stores; the envelope is judged all the same, so that
        # its own rules are compared too.
        refused = (_refusal(error, "authenticity"),)
        stores = TrustStores()
    try:
        report = verify(
            envelope,
            media_type=case.media_type,
            subject=Descriptor(
                media_type=case.subject_media_type,
                digest=case.subject_digest,
                size=case.subject_size,
            ),
            statement=statement,
            trust_stores=stores,
            now=now,
            user_metadata=case.metadata,
            fetch=Loopback(case.service) if case.service else None,
        )
    except NotationError as error:
        refusals = (*refused, _refusal(error, "integrity"))
        return _refused("verification", statement.name, refusals)
    return Judgement(
        accepted=report.conclusion() is Conclusion.SATISFIED and not refused,
        stage="verification",
        statement=statement.name,
        readable=True,
        refusals=(*refused, *_held_against(report, without_stores=bool(refused))),
    )


def _held_against(report: Verification, *, without_stores: bool) -> tuple[Refusal, ...]:
    """Return the failed checks; and the open ones, where only they decided.

    What could not be found out about revocation is a failure to the reference, and held
    against the case whatever the level makes of it. ``without_stores`` leaves out what
    says no more than that the stores were refused.
    """
    undecided = report.conclusion() is Conclusion.INCONCLUSIVE and not without_stores
    found: list[Refusal] = []
    for check in report.checks:
        outcome = check.outcome
        enforced = report.level.action(check.validation) == "enforce"
        if isinstance(outcome, Passed):
            continue
        if without_stores and check.validation is Validation.AUTHENTICITY:
            continue
        asked = outcome.reason in _UNKNOWN
        if isinstance(outcome, Failed) or asked or (enforced and undecided):
            found.append(
                Refusal(
                    outcome.reason,
                    outcome.detail,
                    check.validation.value,
                    enforced=enforced,
                    revocation=_decisive(report, outcome.reason),
                )
            )
    return tuple(found)


def _decisive(report: Verification, reason: Reason) -> CertificateRevocation | None:
    found: ChainRevocation | None = None
    if reason in (Reason.CERTIFICATE_REVOKED, Reason.REVOCATION_UNKNOWN):
        found = report.revocation
    elif reason in (Reason.TSA_REVOKED, Reason.TSA_REVOCATION_UNKNOWN):
        found = report.timestamp.revocation if report.timestamp else None
    return found.decisive if found else None


def _refusal(error: NotationError, validation: str) -> Refusal:
    return Refusal(type(error).__name__, str(error), validation, enforced=True)


def _refused(stage: str, statement: str, refusals: tuple[Refusal, ...]) -> Judgement:
    return Judgement(
        accepted=False,
        stage=stage,
        statement=statement,
        readable=False,
        refusals=refusals,
    )


def _on_disk(case: Case, scratch: Path) -> Mapping[str, Sequence[bytes]]:
    """Return the stores the document names, as the gate reads them.

    Raises:
        InvalidTrustStore: one of them cannot be read.
    """
    named = {
        str(store)
        for each in TrustPolicyDocument.parse(case.policy).statements
        for store in each.trust_stores
    }
    try:
        return read_trust_stores(case.trust_store(scratch), sorted(named))
    except (InvalidBundle, UnreadableFile) as error:
        raise InvalidTrustStore(str(error)) from error


@lru_cache(maxsize=512)
def _stores(stores: tuple[tuple[str, tuple[bytes, ...]], ...]) -> TrustStores:
    return TrustStores({TrustStoreName.parse(name): ders for name, ders in stores})
