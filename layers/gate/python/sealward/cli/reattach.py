"""``sealward reattach``: a lost signature given back to the registry, byte for byte.

A person runs it, with rights of their own: no role of Sealward's may push. Nothing is
pushed that does not make the image trusted again under the policy it is held against.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from notation_verifier import SIGNER_ROOTS
from sealward.aws.clients import Clients
from sealward.aws.errors import translated
from sealward.aws.evidence_bucket import EvidenceBucket
from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.signature_push import RIGHTS, SignaturePush
from sealward.cli.answering_command import CANNOT_TELL, NOT_TRUSTED, AnsweringCommand
from sealward.cli.bundle_file import JSON
from sealward.cli.ecr_target import EcrReference, connect, open_image, parse_reference
from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.image_target import (
    ImageTarget,
    InvalidReference,
    RegistryUnanswered,
)
from sealward.cli.image_verification import verified
from sealward.cli.judges import Asking
from sealward.cli.open_ledger import KEY, open_ledger
from sealward.cli.output import as_json, printable
from sealward.cli.policy_files import PolicyFiles
from sealward.cli.reattached_image import reattached
from sealward.cli.signature_copies import NoCopy, in_bucket, in_folder
from sealward.decisions.judgement import Judgement
from sealward.events import is_digest
from sealward.evidence.kept_signatures import SignatureCopy
from sealward.ledger import Verdict
from sealward.ports.failures import PortError
from sealward.ports.registry import ImageStatus, Referrer
from sealward.signatures.candidates import REFERRERS_LIMIT
from sealward.subjects import SubjectKey

_LATER = "restoring takes up to 20 minutes: run it again then, or 'sealward verify'"


@click.command(cls=AnsweringCommand)
@click.argument("image", metavar="IMAGE")
@click.option(
    "--table",
    "table_name",
    envvar="SEALWARD_LEDGER_TABLE",
    help="Ledger table (output LedgerTable): it remembers what is lost.",
)
@click.option(
    "--signature",
    "signatures",
    multiple=True,
    metavar="DIGEST",
    help="What is lost, instead of --table; may be given more than once.",
)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy: an OCI image layout, or a folder of files named by their SHA-256.",
)
@click.option(
    "--bucket",
    envvar="SEALWARD_EVIDENCE_BUCKET",
    help="Where the stack keeps signatures (output EvidenceBucket).",
)
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy bundle in force, instead of --policy and --trust-store.",
)
@click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Notation's trustpolicy.json. Default: of Notation's configuration folder.",
)
@click.option(
    "--trust-store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Notation's truststore folder. Default: of Notation's configuration folder.",
)
@click.option(
    "--dry-run", is_flag=True, help="Look for it and verify it; change nothing."
)
@KEY
@JSON
def reattach(  # noqa: PLR0913 - the options of a command
    *,
    image: str,
    table_name: str | None,
    signatures: tuple[str, ...],
    folder: Path | None,
    bucket: str | None,
    bundle: Path | None,
    policy: Path | None,
    trust_store: Path | None,
    dry_run: bool,
    key_name: str,
    json_wanted: bool,
) -> None:
    """Give IMAGE back the signature that made it trusted and is lost.

    IMAGE is HOST/REPOSITORY:TAG or HOST/REPOSITORY@DIGEST of Amazon ECR. A signature
    that is archived is restored. One that is gone is pushed again with the bytes it
    had, out of --from or --bucket, and only if the image is trusted with it.

    Exit codes: 0 it is there and the image is trusted; 1 no copy of it was found, or
    the image is not trusted with it: nothing was pushed; 2 AWS did not answer, or it
    is still being restored; 3 wrong usage, or a file that cannot be used.
    """
    if any(not is_digest(each) for each in signatures):
        raise click.UsageError("--signature is sha256: and 64 lower-case hex digits")
    if not signatures and not table_name:
        raise click.UsageError("say --table, or what is lost with --signature")
    files = PolicyFiles(
        policy=policy, trust_store=trust_store, bundle=bundle, signer_roots=SIGNER_ROOTS
    )
    reference = parse_reference(image)
    governing = files.governing(reference.place)
    if governing is None:
        raise InvalidReference(f"no statement is for {reference.place}")
    steps: list[str] = []
    with _asked():
        registry = connect(reference)
        target = open_image(reference, registry)
        key = SubjectKey(repository=target.repository, digest=target.descriptor.digest)
        lost = signatures or _remembered(key, table_name or "", reference, key_name)
        work = _Work(
            registry=registry,
            reference=reference,
            target=target,
            governing=governing,
            sources=_Sources(folder=folder, bucket=bucket, region=reference.region),
            dry_run=dry_run,
            steps=steps,
        )
        judgement = work.done(lost)
    _say(steps, judgement, json_wanted=json_wanted)
    if judgement is None or judgement.verdict is Verdict.INCONCLUSIVE:
        raise click.exceptions.Exit(CANNOT_TELL)
    if judgement.verdict is not Verdict.TRUSTED:
        raise click.exceptions.Exit(NOT_TRUSTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """Where the bytes may be."""

    folder: Path | None
    bucket: str | None
    region: str

    def copy(self, digest: str) -> tuple[SignatureCopy, str]:
        """Return the signature ``digest``, and where it was found.

        Raises:
            NoCopy: nowhere.
            Denied, Unavailable: the bucket did not answer.
        """
        missed: list[str] = []
        if self.folder is not None:
            try:
                return in_folder(self.folder, digest), str(self.folder)
            except NoCopy as error:
                missed.append(str(error))
        if self.bucket is not None:
            with translated("a client of S3"):
                client = Clients().client("s3", self.region)
            try:
                return in_bucket(EvidenceBucket(client, self.bucket), digest), (
                    f"s3://{self.bucket}"
                )
            except NoCopy as error:
                missed.append(str(error))
        said = "; ".join(missed) or "neither --from nor --bucket was given"
        raise NoCopy(f"no copy of {digest}: {said}. Sign the image again instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One image, and what is to be done about its signatures."""

    registry: EcrRegistry
    reference: EcrReference
    target: ImageTarget
    governing: GoverningStatement
    sources: _Sources
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
            client = Clients().client("ecr", self.reference.region)
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


def _remembered(
    key: SubjectKey, table_name: str, reference: EcrReference, key_name: str
) -> tuple[str, ...]:
    """Return the signatures that made ``key`` trusted, as the ledger has them."""
    opened = open_ledger(table_name, reference.region, key_name)
    record = opened.ledger.current(key)
    opened.say_seal()
    if record is None or not record.made_by:
        raise NoCopy(f"the ledger remembers no signature that made {key} trusted")
    return record.made_by


@contextmanager
def _asked() -> Iterator[None]:
    """Turn what AWS says, and what is nowhere, into exit codes."""
    try:
        yield
    except NoCopy as error:
        click.echo(f"sealward: {printable(str(error))}", err=True)
        raise click.exceptions.Exit(NOT_TRUSTED) from error
    except PortError as error:
        raise RegistryUnanswered(f"{error}; reattach needs {RIGHTS}") from error


def _say(
    steps: Sequence[str], judgement: Judgement | None, *, json_wanted: bool
) -> None:
    said: dict[str, Any] = {"steps": [printable(each) for each in steps]}
    if judgement is not None:
        said |= {
            "verdict": judgement.verdict.value,
            "reason": judgement.reason,
            "detail": printable(judgement.detail),
        }
    if json_wanted:
        as_json(said)
        return
    for each in said["steps"]:
        click.echo(each)
    if judgement is not None:
        click.echo(f"{said['verdict']}: {said['reason']}: {said['detail']}")
