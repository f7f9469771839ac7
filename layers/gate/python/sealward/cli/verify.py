"""``sealward verify``: whether an image is trusted, and why.

It judges as the functions do, by the same code; only nothing is waited for and nothing
done about it.
"""

from datetime import UTC, datetime
from pathlib import Path

import click

from sealward.cli.answering_command import AnsweringCommand, answer
from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.image_target import ImageTarget
from sealward.cli.image_verification import verified
from sealward.cli.judges import Asking
from sealward.cli.layout_target import is_there, open_layout
from sealward.cli.policy_files import PolicyFiles
from sealward.cli.progress import Progress
from sealward.cli.verify_options import verify_options
from sealward.policy.scopes import is_registry_host


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
    files = PolicyFiles(
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
        report = verified(
            found,
            governing and governing.requiring(user_metadata),
            Asking.of(offline=offline or at is not None, now=now),
            repository=repository,
            now=now,
        )
    answer(context, report, json_wanted=json_wanted)


def _is_elsewhere(target: str) -> bool:
    """Return whether ``target`` looks like an image of another registry."""
    host, slash, _ = target.partition("/")
    return bool(slash) and "." in host.strip(".") and not is_there(host)


def _in_registry(
    target: str, files: PolicyFiles, progress: Progress
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
