"""``sealward verify``: whether an image is trusted, and why.

It judges as the functions do, by the same code; only nothing is waited for and nothing
done about it.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from notation_verifier import SIGNER_ROOTS
from sealward.cli.answering_command import AnsweringCommand, answer
from sealward.cli.governing_statement import (
    GoverningStatement,
    of_bundle,
    of_trust_policy,
)
from sealward.cli.image_report import ImageReport
from sealward.cli.image_target import ImageTarget
from sealward.cli.image_verification import judged
from sealward.cli.judges import Asking, judge_for
from sealward.cli.layout_target import is_there, open_layout
from sealward.cli.progress import Progress
from sealward.cli.verify_options import configuration, verify_options
from sealward.policy.scopes import is_registry_host

_READERS = 8
"""Reads from a registry at a time."""
_INSTEAD = "--policy and --trust-store, or --bundle"


@click.command(cls=AnsweringCommand)
@click.argument("target", metavar="IMAGE")
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A policy bundle, instead of --policy and --trust-store.",
)
@click.option(
    "--scope",
    metavar="HOST/REPOSITORY",
    help="The repository a layout's image is meant for. Default: the statement of *.",
)
@verify_options("trustpolicy.json")
@click.pass_context
def verify(  # noqa: PLR0913 - the options of a command
    context: click.Context,
    *,
    target: str,
    policy: Path | None,
    trust_store: Path | None,
    bundle: Path | None,
    scope: str | None,
    user_metadata: dict[str, str],
    at: datetime | None,
    offline: bool,
    signer_roots: frozenset[str],
    json_wanted: bool,
    quiet: bool,
) -> None:
    """Say whether an image is trusted, and why.

    IMAGE is HOST/REPOSITORY:TAG or HOST/REPOSITORY@DIGEST of Amazon ECR, or
    LAYOUT[@DIGEST|:TAG], where LAYOUT is the folder of an OCI image layout. Without
    @DIGEST or :TAG a layout must list one artifact that is no signature.

    A tag is resolved once; the answer is about the digest. Every signature is tried
    until the statement is satisfied. ECR, and AWS Signer about what it has signed, are
    asked with your AWS credentials; OCSP responders and CRL servers where the
    statement needs it.

    Exit codes: 0 trusted; 1 not trusted: unsigned, untrusted, level skip, or no
    statement for the repository; 2 it cannot be told; 3 wrong usage, or a file that
    cannot be used.
    """
    in_registry = is_registry_host(target.partition("/")[0])
    files = _Files(
        policy=policy,
        trust_store=trust_store,
        bundle=bundle,
        signer_roots=signer_roots,
    )
    if in_registry and scope:
        raise click.UsageError("--scope is for layouts: an image of ECR has its own")
    if not in_registry and _is_elsewhere(target):
        raise click.UsageError(
            f"{target[:300]!a}: only images of Amazon ECR are read, and folders"
        )
    now = at or datetime.now(UTC)
    with Progress(wanted=not (json_wanted or quiet)) as progress:
        if in_registry:
            found, governing = _in_registry(target, files, progress)
        else:
            found = open_layout(target, now=now)
            governing = files.governing(scope)
        repository = found.place or scope
        progress.say("reading and verifying signatures")
        report = _report(
            found,
            governing and governing.requiring(user_metadata),
            Asking.of(offline=offline or at is not None, now=now),
            repository=repository,
            now=now,
        )
    answer(context, report, json_wanted=json_wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """What is to be believed: a bundle, or Notation's own files."""

    policy: Path | None
    trust_store: Path | None
    bundle: Path | None
    signer_roots: frozenset[str]

    def __post_init__(self) -> None:
        if self.bundle and (self.policy or self.trust_store):
            raise click.UsageError(
                "--bundle stands instead of --policy and --trust-store"
            )
        if self.bundle and self.signer_roots is not SIGNER_ROOTS:
            raise click.UsageError(
                "a bundle has its Signer roots; leave --signer-root out"
            )

    def governing(self, repository: str | None) -> GoverningStatement | None:
        """Return what they ask of ``repository``; None: nothing."""
        if self.bundle:
            found = of_bundle(self.bundle, repository=repository)
        else:
            found = of_trust_policy(
                self.policy or configuration(_INSTEAD).trust_policy,
                self.trust_store or configuration(_INSTEAD).trust_store,
                repository=repository,
                signer_roots=self.signer_roots,
            )
        if found is None and repository is None:
            raise click.UsageError(
                "no statement is for *; say with --scope which repository the image is "
                "for"
            )
        return found


def _is_elsewhere(target: str) -> bool:
    """Return whether ``target`` looks like an image of another registry."""
    host, slash, _ = target.partition("/")
    return bool(slash) and "." in host.strip(".") and not is_there(host)


def _in_registry(
    target: str, files: _Files, progress: Progress
) -> tuple[ImageTarget, GoverningStatement | None]:
    """Return the image and what governs it; files are read before anybody is asked."""
    # botocore takes a third of a second, for those only who ask a registry.
    from sealward.cli.ecr_target import (  # noqa: PLC0415
        connect,
        open_image,
        parse_reference,
    )

    reference = parse_reference(target)
    governing = files.governing(reference.place)
    progress.say(f"reading {target}")
    return open_image(reference, connect(reference)), governing


def _report(
    found: ImageTarget,
    governing: GoverningStatement | None,
    asking: Asking,
    *,
    repository: str | None,
    now: datetime,
) -> ImageReport:
    judging = None
    if governing is not None:
        judging = judge_for(governing, asking=asking, now=now)
    with ThreadPoolExecutor(_READERS) as pool:
        return judged(
            found,
            governing,
            judging,
            repository=repository,
            now=now,
            beside=(lambda calls: wait([pool.submit(call) for call in calls]))
            if found.place
            else None,
        )
