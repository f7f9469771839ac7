"""Stories of images that are pushed and judged."""

import json
from typing import Any

from demo.stack import REGION
from notation_verifier import Descriptor
from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.policy import RELEASE, revocable
from tests.capabilities.responder import asked
from tests.capabilities.shelf import ANOTHER, Shelf
from tests.capabilities.story import Told, before, shelf_of, story

CARLA = "arn:aws:iam::{account}:user/carla"
"""Who pushes, as CloudTrail tells."""


@story("signed")
def signed(here: Account) -> Told:
    """Push an image and its signature; the bus hears of it."""
    shelf = shelf_of(here, "signed")
    image = shelf.image()
    shelf.sign(image)
    key = shelf.key(image)
    return Told(key=key, late={"bus": lambda: _last(here, key, "trusted")})


@story("many-signatures")
def many_signatures(here: Account) -> Told:
    """Push signatures of which one is good."""
    shelf = shelf_of(here, "many-signatures")
    image = shelf.image()
    for kind in ("junk", ANOTHER, "junk", "expired", "good"):
        shelf.sign(image, kind)
    return Told(key=shelf.key(image))


@story("fallback-tag")
def fallback_tag(here: Account) -> Told:
    """Push the index that clients push who know no referrers."""
    shelf = shelf_of(here, "fallback-tag")
    image = shelf.image()
    index = shelf.key(shelf.fallback(image, shelf.sign(image)))
    return Told(
        key=shelf.key(image),
        late={"index_judged": lambda: here.record(index) is not None},
    )


@story("multi-arch")
def multi_arch(here: Account) -> Told:
    """Push two children without tags, and an index that is signed."""
    shelf = shelf_of(here, "multi-arch")
    children = [shelf.image(name, tag=None) for name in ("arm64", "amd64")]
    index = shelf.index(children, tag="1.0")
    shelf.sign(index)
    return Told(
        key=shelf.key(children[0]),
        late={"index": lambda: here.verdict(shelf.key(index))},
    )


@story("multi-arch-unsigned")
def multi_arch_unsigned(here: Account) -> Told:
    """Push an index and its child, which nobody signs."""
    shelf = shelf_of(here, "multi-arch-unsigned")
    child = shelf.image("arm64", tag=None)
    index = shelf.index([child], tag="1.0")
    return Told(
        key=shelf.key(index), late={"child": lambda: _status(here, shelf.key(child))}
    )


@story("late-signature")
def late_signature(here: Account) -> Told:
    """Sign an image that waits for it."""
    shelf = shelf_of(here, "late-signature")
    image = shelf.image()
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) != "")
    waited = here.verdict(key)
    shelf.sign(image)
    return Told(key=key, facts={"before": waited})


@story("by-signer")
def by_signer(here: Account) -> Told:
    """Push a signature of AWS Signer's."""
    shelf = shelf_of(here, "by-signer")
    image = shelf.image()
    shelf.sign_by_signer(image, RELEASE)
    return Told(key=shelf.key(image))


@story("by-responder")
def by_responder(here: Account) -> Told:
    """Push a signature whose certificate names an OCSP responder."""
    shelf = shelf_of(here, "by-responder")
    image = shelf.image()
    shelf.sign_revocably(image, revocable())
    return Told(key=shelf.key(image), late={"responder_asked": lambda: asked() > 0})


@story("exempt")
def exempt(here: Account) -> Told:
    """Push an image whose policy asks for nothing."""
    shelf = shelf_of(here, "exempt")
    return Told(key=shelf.key(shelf.image()))


@story("ungoverned")
def ungoverned(here: Account) -> Told:
    """Push an image to a repository that no policy names."""
    shelf = shelf_of(here, "ungoverned")
    return Told(key=shelf.key(shelf.image()))


@story("unsigned")
def unsigned(here: Account) -> Told:
    """Push an image that nobody signs; CloudTrail tells who; a pipeline waits."""
    shelf = shelf_of(here, "unsigned")
    image = shelf.image()
    key = shelf.key(image)
    here.cloudtrail(_put_image(here, key))
    name = f"{key.repository}@{key.digest}"
    table = ("--table", here.outputs["LedgerTable"])
    waited = here.administrator.ask("wait", name, *table, "--timeout", "120s")
    return Told(
        key=key,
        facts={"wait_exit": waited.exit_code},
        late={
            "bus": lambda: _last(here, key, "unsigned"),
            "explain_exit": lambda: (
                here.administrator.ask("explain", name, *table).exit_code
            ),
            "pushed_by": lambda: _pushed_by(here, key),
        },
    )


@story("untagged")
def untagged(here: Account) -> Told:
    """Push an image without a tag."""
    shelf = shelf_of(here, "untagged")
    return Told(key=shelf.key(shelf.image(tag=None)))


@story("wrong-signer")
def wrong_signer(here: Account) -> Told:
    """Push a signature by another identity of the CA."""
    shelf = shelf_of(here, "wrong-signer")
    image = shelf.image()
    shelf.sign(image, ANOTHER)
    return Told(key=shelf.key(image))


@story("tag-move")
def tag_move(here: Account) -> Told:
    """Move a trusted image's tag to one that nobody signed."""
    shelf = shelf_of(here, "tag-move")
    good = shelf.image("first", tag="1.0")
    shelf.sign(good)
    trusted = shelf.key(good)
    here.until(lambda: here.verdict(trusted) == "trusted")
    bad = shelf.key(shelf.image("second", tag="1.0"))
    return Told(
        key=bad,
        late={
            "names_the_last_trusted": lambda: (
                trusted.digest in json.dumps(here.finding(bad))
            ),
            "the_last_trusted": lambda: (
                f"{here.verdict(trusted)} {here.status(trusted)}"
            ),
        },
    )


@story("managed-signing-failed")
def managed_signing_failed(here: Account) -> Told:
    """Push what ECR is to sign, and cannot."""
    shelf = shelf_of(here, "managed-signing-failed")
    return Told(key=shelf.key(shelf.image()))


@story("held-with-evidence")
def held_with_evidence(here: Account) -> Told:
    """Push what another identity signed; look for its evidence; the owner hears."""
    shelf = shelf_of(here, "held-with-evidence")
    image = shelf.image()
    shelf.sign(image, ANOTHER)
    key = shelf.key(image)
    return Told(
        key=key,
        late={
            "evidence_exit": lambda: evidence_exit(here, key),
            "owner_told": lambda: here.until(lambda: here.owner_was_told(key), 20),
        },
    )


@before("swept")
def _unseen(shelf: Shelf) -> Descriptor:
    return shelf.image()


@story("swept")
def swept(here: Account) -> Told:
    """Let the sweep find what was there when nobody listened."""
    key = shelf_of(here, "swept").key(here.kept["swept"])
    here.sweep(key)
    return Told(key=key)


def evidence_exit(here: Account, key: SubjectKey) -> int:
    """Return what ``sealward evidence`` says of an image's evidence."""
    host = f"{here.aws.account}.dkr.ecr.{REGION}.amazonaws.com"
    name = f"{host}/{key.repository}@{key.digest}"
    bucket = here.outputs["EvidenceBucket"]
    return here.administrator.ask("evidence", name, "--bucket", bucket).exit_code


def _last(here: Account, key: SubjectKey, verdict: str) -> str:
    """Return the last verdict that the bus told of, once it is ``verdict`` or late."""
    here.until(lambda: here.heard(key)[-1:] == [verdict], 20)
    return (here.heard(key) or ["nothing"])[-1]


def _status(here: Account, key: SubjectKey) -> str:
    here.until(lambda: here.status(key) == "ARCHIVED", 20 if here.acts else 0)
    return here.status(key)


def _pushed_by(here: Account, key: SubjectKey) -> str:
    record = here.record(key)
    return record.pushed_by if record else ""


def _put_image(here: Account, key: SubjectKey) -> dict[str, Any]:
    """Return what CloudTrail tells of a push."""
    return {
        "eventSource": "ecr.amazonaws.com",
        "eventName": "PutImage",
        "awsRegion": REGION,
        "userIdentity": {
            "type": "IAMUser",
            "arn": CARLA.format(account=here.aws.account),
        },
        "requestParameters": {
            "registryId": here.aws.account,
            "repositoryName": key.repository,
        },
        "responseElements": {"image": {"imageId": {"imageDigest": key.digest}}},
    }
