"""Generation: a history from a seed and a number."""

from random import Random
from typing import Any

from tests.converge.history import AMBIGUOUS, History, Kind, Mail, Step
from tests.converge.scenes import interleaved, scene

REPOSITORIES = ("prod/app", "prod/web", "edge/app")
IMAGES = ("one", "one", "two", "two", AMBIGUOUS)
SIGNATURES = (
    "good",
    "good",
    "good",
    "second",
    "wrong",
    "stranger",
    "expired",
    "expiring",
    "junk",
)
"""``second`` is by a signer whom some policies name, ``expiring`` good for an hour."""
CHANGES = (
    "swap-signers",
    "add-second",
    "only-second",
    "report",
    "quarantine",
    "ungovern",
    "govern",
    "skip",
    "strict",
    "permissive",
    "audit",
    "short-grace",
    "long-grace",
    "enforce-from-now",
    "enforce-always",
    "fail-fast",
    "delete",
    "source-grace",
    "few-unsigned",
    "trust-ecr",
    "nothing",
)
_WEIGHTS = {
    Kind.PUSH: 8,
    Kind.SIGN: 10,
    Kind.DELETE: 2,
    Kind.ARCHIVE: 1,
    Kind.RESTORE: 2,
    Kind.UNSIGN: 2,
    Kind.ARCHIVE_SIGNATURE: 1,
    Kind.RESTORE_SIGNATURE: 1,
    Kind.INDEX_SIGNATURES: 1,
    Kind.ATTACH_OTHER: 1,
    Kind.REATTACH: 1,
    Kind.REPLICATE: 1,
    Kind.REPLICATE_ALONE: 1,
    Kind.REPLICATE_SIGNATURES: 1,
    Kind.POLICY: 5,
    Kind.RELEASE: 6,
    Kind.PAUSE: 2,
    Kind.RESUME: 1,
    Kind.APPROVE: 4,
    Kind.MANAGED_SIGNING: 6,
}
ENDS = ("completes-soon", "completes-late", "fails", "never-ends")
"""How ECR's managed signing ends."""
_LONGEST = 18
_SCENES = 0.4
"""Of the histories, those that have a scene."""
_AROUND_SCENES = 10
"""Most steps beside those of a scene."""
_ECR_SIGNS = 0.15
"""Of the registries, those with managed signing."""
_DELETE = 0.1
"""Of the stacks, those that may delete: their histories last days."""
_DELETE_AS_PLAYED = 0.8
"""The same where a scene is about it."""


def generate(seed: int, number: int) -> History:
    """Return history ``number`` of ``seed``: always the same."""
    chance = Random(f"{seed}/{number}")
    repositories = chance.choice((REPOSITORIES[:1], REPOSITORIES))
    behaviours = draw(chance)
    played: list[Step] = []
    if chance.random() < _SCENES:
        played = list(scene(chance, repositories, IMAGES))
    ecr_signs = chance.random() < _ECR_SIGNS or any(
        step.kind is Kind.MANAGED_SIGNING for step in played
    )
    kinds = list(_WEIGHTS)
    if not ecr_signs:
        kinds.remove(Kind.MANAGED_SIGNING)
    if behaviours.get("deleted_subject_cleans_referrers"):
        # An index of signatures that are gone is an index of anything.
        kinds.remove(Kind.INDEX_SIGNATURES)
    steps = [_step(chance, Kind.PUSH, repositories)]
    steps += [
        _step(chance, kind, repositories)
        for kind in chance.choices(
            kinds, [_WEIGHTS[kind] for kind in kinds], k=chance.randint(1, _LONGEST)
        )
    ]
    if played:
        steps = interleaved(chance, played, steps[1 : _AROUND_SCENES + 1])
    asked = any(step.what == "delete" for step in played)
    deletes = chance.random() < (_DELETE_AS_PLAYED if asked else _DELETE)
    return History(
        seed=seed,
        number=number,
        mail=chance.choice((Mail.FAITHFUL, Mail.REPEATED, Mail.LOSSY, Mail.LOSSY)),
        observes=not deletes and chance.random() < 0.05,
        behaviours=behaviours,
        evidence=chance.random() < (0.8 if deletes else 0.5),
        ecr_signs=ecr_signs,
        deletes=deletes,
        steps=tuple(steps),
    )


def _step(chance: Random, kind: Kind, repositories: tuple[str, ...]) -> Step:
    what = ""
    match kind:
        case Kind.SIGN:
            what = chance.choice(SIGNATURES)
        case Kind.PUSH:
            what = chance.choice(("", "latest", "v1"))
        case Kind.REPLICATE | Kind.REPLICATE_ALONE | Kind.REPLICATE_SIGNATURES:
            what = chance.choice(REPOSITORIES)
        case Kind.POLICY:
            what = chance.choice(CHANGES)
        case Kind.RELEASE:
            what = chance.choice(("to-sign", "for-hours"))
        case Kind.PAUSE | Kind.RESUME:
            what = chance.choice(("repository", "account"))
        case Kind.MANAGED_SIGNING:
            what = chance.choice(ENDS)
        case Kind.APPROVE:
            what = chance.choice(("image", "repository", "whole", "declined"))
        case _:
            pass
    return Step(
        after=_pause(chance),
        kind=kind,
        repository=chance.choice(repositories),
        image=chance.choice(IMAGES),
        what=what,
        number=chance.randrange(10_000),
    )


def _pause(chance: Random) -> float:
    """Return seconds: mostly few, at times minutes or hours."""
    match chance.choice("sssssmmmh"):
        case "s":
            return round(chance.uniform(0, 20), 1)
        case "m":
            return round(chance.uniform(60, 15 * 60), 1)
        case _:
            most = chance.choice((2, 4, 30))
            return round(chance.uniform(3600, most * 3600), 1)


def draw(chance: Random, *, removes_referrers: bool = True) -> dict[str, Any]:
    """Return positions of ECR's inferred behaviours; mostly not the believed ones."""
    if chance.random() < 0.3:
        return {}
    return {
        "archived_manifest": chance.choice(
            ("ImageInaccessible", "ImageNotFound", "readable")
        ),
        "archived_layers_inaccessible": chance.random() < 0.5,
        "archive_keeps_tags": chance.random() < 0.5,
        "archive_delay": chance.choice((0, 0, 30)),
        "restore_delay": chance.choice((0, 60, 1200)),
        "same_class_refused": chance.random() < 0.5,
        "repush_events": chance.choice(("push", "update-storage-class", "both")),
        "repush_moves_pushed_at": chance.random() < 0.5,
        "retag_emits_push": chance.random() < 0.5,
        "referrer_push": chance.choice(("ECR Referrer Action", "ECR Image Action")),
        "hidden_image_not_found": chance.random() < 0.5,
        "deleted_subject_cleans_referrers": removes_referrers and chance.random() < 0.3,
    }
