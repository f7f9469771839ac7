"""What a source's registry knows of an image's copies, as an answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    children: Sequence[Copy] = (),
    pushed_at: datetime | None = None,
) -> ReplicaAnswer:
    """Return what the copies mean.

    Args:
        image: the image's own.
        signatures: those of its signatures; none where it has none at the source.
        children: those of the images it lists, where it is an index.
        pushed_at: when the image was last pushed at the source.
        ruled: whether a replication rule in force names the repository.
        source: ``account/region`` of the registry that was asked.
        destination: ``account/region`` of the copies.
    """
    copies = (image, *signatures, *children)
    groups = (image, signatures, children)
    stopped = _failed(copies, groups, source, destination) or _archived(
        copies, groups, source
    )
    if stopped is not None:
        return stopped
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
            why=f"ECR knows of no copying of {_named(never, *groups)}, and a rule "
            "names the repository now: most likely it was pushed before the rule was "
            f"made.{_pushed(pushed_at)} ECR keeps no date of its rules; CloudTrail has "
            "it (PutReplicationConfiguration)",
            do=_backfill(source, destination),
        )
    if not signatures:
        return ReplicaAnswer(
            exit_code=ReplicaExit.MISSING,
            word="not signed",
            why="the image was copied; no Notation signature refers to it here either",
            do="sign the digest here; the signature is replicated as it is pushed. "
            "Where it is one platform's image, ask about the index that lists it: that "
            "is what is signed",
        )
    return ReplicaAnswer(
        exit_code=ReplicaExit.COPIED,
        word="copied",
        why="ECR has copied the image and each of its signatures",
    )


Groups = tuple[Copy, Sequence[Copy], Sequence[Copy]]
"""The image's own copy, its signatures', its children's."""


def _failed(
    copies: Sequence[Copy], groups: Groups, source: str, destination: str
) -> ReplicaAnswer | None:
    failed = [each for each in copies if each.state is CopyState.FAILED]
    if not failed:
        return None
    codes = ", ".join(sorted({each.failure or "no code" for each in failed}))
    return ReplicaAnswer(
        exit_code=ReplicaExit.MISSING,
        word="failed",
        why=f"ECR could not copy {_named(failed, *groups)}: {codes}",
        do="mend what the code names: mostly the destination's registry policy, "
        "which must allow this account ecr:ReplicateImage and "
        f"ecr:CreateRepository; then {_backfill(source, destination)}",
    )


def _archived(
    copies: Sequence[Copy], groups: Groups, source: str
) -> ReplicaAnswer | None:
    archived = [
        each
        for each in copies
        if each.archived and each.state is not CopyState.COMPLETE
    ]
    if not archived:
        return None
    return ReplicaAnswer(
        exit_code=ReplicaExit.MISSING,
        word="archived here",
        why=f"archived at the source: {_named(archived, *groups)}; ECR copies nothing "
        "that is",
        do="if Sealward holds it here, mend that first: its finding says how. Else "
        "restore it (aws ecr update-image-storage-class --region "
        f"{source.partition('/')[2]} --target-storage-class STANDARD): what is "
        "restored is copied as if it were pushed",
    )


def _named(
    copies: Sequence[Copy],
    image: Copy,
    signatures: Sequence[Copy],
    children: Sequence[Copy],
) -> str:
    said = ["the image"] if image in copies else []
    for group, what in ((signatures, "signatures"), (children, "platforms' images")):
        number = sum(each in copies for each in group)
        if number:
            said.append(f"{number} of its {what}")
    return " and ".join(said)


def _pushed(at: datetime | None) -> str:
    return f" It was pushed at {at:%Y-%m-%d %H:%M} UTC." if at is not None else ""


def _backfill(source: str, destination: str) -> str:
    account, _, region = destination.partition("/")
    return (
        f"aws ecr start-replication-backfill --region {source.partition('/')[2]} "
        f"--destination region={region},registryId={account}"
    )
