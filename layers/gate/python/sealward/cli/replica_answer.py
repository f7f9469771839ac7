"""What a source's registry knows of an image's copies, as an answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sealward.ports.replication import Copy, CopyState


class ReplicaExit(IntEnum):
    """Exit codes of ``sealward replication``."""

    COPIED = 0
    MISSING = 1
    CANNOT_TELL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaAnswer:
    """The answer, and what to do."""

    exit_code: ReplicaExit
    word: str
    why: str
    do: str = ""


def answer_of(
    image: Copy,
    signatures: Sequence[Copy],
    *,
    ruled: bool,
    source: str,
    destination: str,
) -> ReplicaAnswer:
    """Return what the copies mean.

    Args:
        image: the image's own.
        signatures: those of its signatures; none where it has none at the source.
        ruled: whether a replication rule in force names the repository.
        source: ``account/region`` of the registry that was asked.
        destination: ``account/region`` of the copies.
    """
    copies = (image, *signatures)
    failed = [each for each in copies if each.state is CopyState.FAILED]
    if failed:
        codes = ", ".join(sorted({each.failure or "no code" for each in failed}))
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="failed",
            why=f"ECR could not copy {_named(failed, image)}: {codes}",
            do="mend what the code names: mostly the destination's registry policy, "
            "which must allow this account ecr:ReplicateImage and "
            f"ecr:CreateRepository; then {_backfill(source, destination)}",
        )
    if any(each.state is CopyState.IN_PROGRESS for each in copies):
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="on its way",
            why="ECR is copying it; most take less than 30 minutes",
            do="wait; Sealward over there looks again when it arrives",
        )
    never = [each for each in copies if each.state is CopyState.NEVER]
    if never and not ruled:
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="not replicated",
            why=f"no replication rule in force here names the repository for "
            f"{destination}",
            do="add the destination to the registry's replication configuration, then "
            f"{_backfill(source, destination)}",
        )
    if never:
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="never begun",
            # What ECR says is that it knows of no copying; the rest is inferred.
            why=f"ECR knows of no copying of {_named(never, image)}, and a rule names "
            "the repository now: most likely it was pushed before the rule was made. "
            "ECR keeps no date of its rules; CloudTrail has it "
            "(PutReplicationConfiguration)",
            do=_backfill(source, destination),
        )
    if not signatures:
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="not signed",
            why="the image was copied; no Notation signature refers to it here either",
            do="sign the digest here; the signature is replicated as it is pushed",
        )
    return ReplicaAnswer(
        exit_code=ReplicaExit.COPIED,
        word="copied",
        why="ECR has copied the image and each of its signatures",
    )


def _named(copies: Sequence[Copy], image: Copy) -> str:
    if image in copies:
        return "the image" + (" and signatures" if len(copies) > 1 else "")
    return f"{len(copies)} of its signatures"


def _backfill(source: str, destination: str) -> str:
    account, _, region = destination.partition("/")
    return (
        f"aws ecr start-replication-backfill --region {source.partition('/')[2]} "
        f"--destination region={region},registryId={account}"
    )
