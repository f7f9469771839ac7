"""The reattachment: one image, and what is done about its lost signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sealward.aws.errors import translated
from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.signature_push import SignaturePush
from sealward.cli.command_clients import CommandClients
from sealward.cli.ecr_target import EcrReference, open_image
from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.image_target import ImageTarget
from sealward.cli.image_verification import verified
from sealward.cli.judges import Asking
from sealward.cli.reattached_image import reattached
from sealward.cli.signature_copies import NoCopy, Sources
from sealward.decisions.judgement import Judgement
from sealward.evidence.kept_signatures import SignatureCopy
from sealward.ledger import Verdict
from sealward.ports.registry import ImageStatus, Referrer
from sealward.signatures.candidates import REFERRERS_LIMIT

_LATER: Final = (
    "restoring takes up to 20 minutes: run it again then, or 'sealward verify'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reattachment:
    """One image, and what is to be done about its signatures."""

    registry: EcrRegistry
    reference: EcrReference
    target: ImageTarget
    governing: GoverningStatement
    sources: Sources
    dry_run: bool
    steps: list[str]
    """What was found and done, in order."""

    def done(self, signatures: Sequence[str]) -> Judgement | None:
        """Give ``signatures`` back; return the verdict, None while one is restored.

        Raises:
            NoCopy: of one that is gone there is no copy.
            PortError: AWS did not answer, or refused.
        """
        listed = {
            each.digest: each
            for each in self.registry.referrers(
                self.target.repository,
                self.target.descriptor.digest,
                limit=REFERRERS_LIMIT,
            )
        }
        there = [listed[each] for each in signatures if each in listed]
        copies = [self._copy(each) for each in signatures if each not in listed]
        waiting = [each for each in there if each.status is not ImageStatus.ACTIVE]
        for each in there:
            self._restore(each)
        if waiting and not copies:
            return None
        judgement = self._judged(reattached(self.target, copies, there))
        if judgement.verdict is not Verdict.TRUSTED:
            if waiting:
                return None  # with what comes back it may be
            self.steps.append("nothing was pushed: the image is not trusted with it")
            return judgement
        for copy in () if self.dry_run else copies:
            self._push(copy)
        if self.dry_run or not copies:
            return judgement
        return self._judged(open_image(self.reference, self.registry))

    def _copy(self, digest: str) -> SignatureCopy:
        copy, where = self.sources.copy(digest)
        if copy.subject_digest != self.target.descriptor.digest:
            raise NoCopy(f"{digest} signs another image, {copy.subject_digest}")
        self.steps.append(f"{digest} is gone; a copy with that hash is in {where}")
        return copy

    def _restore(self, found: Referrer) -> None:
        match found.status:
            case ImageStatus.ACTIVE:
                self.steps.append(f"{found.digest} is there")
            case ImageStatus.ACTIVATING:
                self.steps.append(f"{found.digest} is being restored; {_LATER}")
            case ImageStatus.ARCHIVED if self.dry_run:
                self.steps.append(f"{found.digest} is archived and would be restored")
            case ImageStatus.ARCHIVED:
                self.registry.restore(self.target.repository, found.digest)
                self.steps.append(
                    f"{found.digest} was archived; restore asked; {_LATER}"
                )

    def _push(self, copy: SignatureCopy) -> None:
        with translated("the client of Amazon ECR"):
            client = CommandClients().client("ecr", self.reference.region)
        SignaturePush(self.reference.account, client).push(self.target.repository, copy)
        self.steps.append(
            f"pushed {copy.digest}: {len(copy.manifest)} bytes, and its envelope, "
            f"{len(copy.envelope)} bytes"
        )

    def _judged(self, target: ImageTarget) -> Judgement:
        now = datetime.now(UTC)
        return verified(
            target,
            self.governing,
            Asking.of(offline=False, now=now),
            repository=target.place,
            now=now,
        ).judgement
