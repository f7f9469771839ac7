"""``sealward replication``: at the source, whether an image's signature was replicated.

Asks the source's registry with the user's own credentials: ``ecr:DescribeImages``,
``ecr:BatchGetImage``, ``ecr:DescribeImageReplicationStatus``, ``ecr:DescribeRegistry``.
With a bundle that lists the destination, the destination's stack is asked for its
verdict too, through the role and the function that stand there and no others.
"""

from pathlib import Path
from typing import Any

import click

from sealward.aws.errors import translated
from sealward.aws.registry.replication import AssumedVerdict, EcrReplication
from sealward.cli.answering_command import BAD_INPUT, AnsweringCommand
from sealward.cli.bundle_file import JSON, read_bundle
from sealward.cli.command_clients import CommandClients
from sealward.cli.ecr_target import EcrReference, connect, parse_reference
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.output import as_json, printable, table
from sealward.cli.replica_answer import ReplicaAnswer, ReplicaExit, answer_of
from sealward.cli.replica_copies import Copies, copies_of
from sealward.cli.unanswered import say_unanswered
from sealward.events import ORIGIN, is_digest, is_repository
from sealward.policy.bundle import PolicyBundle
from sealward.policy.replication import ReplicaVerdicts
from sealward.ports.failures import PortError


@click.command(cls=AnsweringCommand)
@click.argument("image", metavar="IMAGE")
@click.option(
    "--to",
    "place",
    required=True,
    metavar="ACCOUNT/REGION",
    help="Where it is replicated to.",
)
@click.option(
    "--bundle",
    "bundle_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The source's bundle: asks the destination's stack that it lists.",
)
@click.option("--region", help="The source's Region, where IMAGE names no registry.")
@JSON
def replication(
    image: str,
    place: str,
    region: str | None,
    bundle_path: Path | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say whether IMAGE and its signatures were replicated; run it at the source.

    IMAGE is HOST/REPOSITORY:TAG, HOST/REPOSITORY@DIGEST, or REPOSITORY@DIGEST of the
    registry you are signed in to.

    Exit codes: 0 everything was copied; 1 something was not; 2 it cannot be told; 3
    wrong usage.
    """
    if not ORIGIN.fullmatch(place):
        _wrong(
            f"{place[:80]!a} is no ACCOUNT/REGION: twelve digits, a slash, the Region"
        )
    bundle = None
    if bundle_path is not None:
        bundle = read_bundle(bundle_path, json_wanted=json_wanted)
    try:
        reference = _reference(image, region)
        registry = connect(reference)
        detail = (
            registry.describe(reference.repository, reference.digest)
            if reference.digest
            else registry.tagged(reference.repository, reference.tag)
        )
        digest = detail.digest
        source = EcrReplication(reference.account, _client(reference.region))
        copies = copies_of(
            detail, reference.repository, place, registry=registry, source=source
        )
        ruled = source.rule_names(reference.repository, place)
    except InvalidReference as error:
        _wrong(str(error))
    except (PortError, RegistryUnanswered) as error:
        say_unanswered(error)
        raise click.exceptions.Exit(ReplicaExit.CANNOT_TELL) from error
    answer = answer_of(
        copies.image,
        copies.signatures,
        children=copies.children,
        pushed_at=detail.pushed_at,
        ruled=ruled,
        source=f"{reference.account}/{reference.region}",
        destination=place,
    )
    there: dict[str, Any] | None = None
    if bundle is not None:
        here = (reference.account, reference.region)
        there = _asked(bundle, here, place, reference.repository, digest)
    _show(answer, copies, there, json_wanted=json_wanted)
    raise click.exceptions.Exit(answer.exit_code)


def _reference(image: str, region: str | None) -> EcrReference:
    """Return what ``image`` names; without a host it is the caller's own registry."""
    name, _, digest = image.partition("@")
    if not is_digest(digest) or "." in name.partition("/")[0]:
        return parse_reference(image)
    if not is_repository(name):
        raise InvalidReference(f"{name[:300]!a} is not a name ECR allows a repository")
    client = _client(region)
    with translated("DescribeRegistry"):
        account = client.describe_registry()["registryId"]
    return EcrReference(
        place=name,
        account=account,
        region=client.meta.region_name,
        repository=name,
        tag="",
        digest=digest,
    )


def _client(region: str | None) -> Any:  # noqa: ANN401 - botocore's
    with translated("a client of ECR"):
        return CommandClients().client("ecr", region)


def _asked(
    bundle: PolicyBundle,
    here: tuple[str, str],
    place: str,
    repository: str,
    digest: str,
) -> dict[str, Any]:
    """Return the destination's verdict, or why it was not given."""
    entry = asked_at(bundle, here, place, repository)
    if entry is None:
        return {
            "unknown": f"the bundle lists nobody to ask at {place} for this repository"
        }
    try:
        with translated("clients of STS and Lambda"):
            asking = AssumedVerdict(
                entry, CommandClients().client("sts"), _function_client
            )
        return asking.verdict(repository, digest)
    except PortError as error:
        return {"unknown": str(error)}


def asked_at(
    bundle: PolicyBundle, here: tuple[str, str], place: str, repository: str
) -> ReplicaVerdicts | None:
    """Return whom the policy of ``repository`` lists to be asked at ``place``.

    Args:
        bundle: the source's.
        here: the source's account and Region.
        place: ``account/region``; it chooses among what is listed.
        repository: as it is called in both.
    """
    policy = bundle.policy_for(*here, repository)
    entries = policy.replication.verdicts if policy else ()
    return next((each for each in entries if each.place == place), None)


def _function_client(region: str, credentials: dict[str, str]) -> Any:  # noqa: ANN401
    import botocore.session  # noqa: PLC0415 - only where a destination is asked

    return botocore.session.Session().create_client(
        "lambda",
        region_name=region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def _show(
    answer: ReplicaAnswer,
    copies: Copies,
    there: dict[str, Any] | None,
    *,
    json_wanted: bool,
) -> None:
    if json_wanted:
        as_json(
            {
                "answer": answer.word,
                "why": answer.why,
                "do": answer.do,
                "copies": [
                    {
                        "digest": each.digest,
                        "state": each.state,
                        "failure": each.failure,
                        "archived": each.archived,
                    }
                    for each in copies
                ],
                "there": there,
            }
        )
        return
    rows = [("answer", answer.word), ("why", answer.why)]
    if answer.do:
        rows.append(("do", answer.do))
    names = (
        "image",
        *["signature"] * len(copies.signatures),
        *["lists"] * len(copies.children),
    )
    for name, each in zip(names, copies, strict=True):
        state = each.state.value + (f" ({each.failure})" if each.failure else "")
        rows.append((name, f"{each.digest} {state}{', archived' * each.archived}"))
    if there is not None:
        said = there.get("unknown") or ": ".join(
            str(there.get(name, "")) for name in ("verdict", "detail")
        )
        rows.append(("over there", str(said)))
    table(rows)


def _wrong(message: str) -> Any:  # noqa: ANN401 - it never returns
    click.echo(f"sealward: {printable(message)}", err=True)
    raise click.exceptions.Exit(BAD_INPUT)
