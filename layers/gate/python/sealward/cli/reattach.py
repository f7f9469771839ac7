"""``sealward reattach``: a lost signature given back to the registry, byte for byte.

A person runs it, with rights of their own: no role of Sealward's may push. Nothing is
pushed that does not make the image trusted again under the policy it is held against.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from notation_verifier import SIGNER_ROOTS
from sealward.aws.registry.signature_push import RIGHTS
from sealward.cli.answering_command import CANNOT_TELL, NOT_TRUSTED, AnsweringCommand
from sealward.cli.bundle_file import JSON
from sealward.cli.ecr_target import EcrReference, connect, open_image, parse_reference
from sealward.cli.image_target import (
    InvalidReference,
    RegistryUnanswered,
)
from sealward.cli.open_ledger import KEY, open_ledger
from sealward.cli.output import as_json, printable
from sealward.cli.policy_files import PolicyFiles
from sealward.cli.reattachment import Reattachment
from sealward.cli.signature_copies import NoCopy, Sources
from sealward.decisions.judgement import Judgement
from sealward.events import is_digest
from sealward.ledger import Verdict
from sealward.ports.failures import PortError
from sealward.subjects import SubjectKey


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
        work = Reattachment(
            registry=registry,
            reference=reference,
            target=target,
            governing=governing,
            sources=Sources(folder=folder, bucket=bucket, region=reference.region),
            dry_run=dry_run,
            steps=steps,
        )
        judgement = work.done(lost)
    _say(steps, judgement, json_wanted=json_wanted)
    if judgement is None or judgement.verdict is Verdict.INCONCLUSIVE:
        raise click.exceptions.Exit(CANNOT_TELL)
    if judgement.verdict is not Verdict.TRUSTED:
        raise click.exceptions.Exit(NOT_TRUSTED)


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
