"""One suite for every registry: the one in process, and ECR's adapter over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ports.failures import Denied, NotFound, PortError, Refused, Unavailable
from sealward.ports.registry import ImageStatus, Registry
from simulator.behaviours import ArchivedManifest, Behaviours
from simulator.clock import START
from simulator.ecr.signing_ends import SigningEnd
from simulator.ecr.state import Image
from simulator.errors import ServiceError, access_denied, internal_error, throttled
from simulator.faults import Fault
from simulator.pushes import IMAGE_MANIFEST, Descriptor
from simulator.signer.state import PLATFORM
from tests.contract.faces import ACCOUNT, FACES, REGION, REPOSITORY, Face, face

ABSENT = f"sha256:{'0' * 64}"
SIGNATURE = "application/vnd.cncf.notary.signature"
Make = Callable[..., Face]


@pytest.fixture(params=FACES)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    with ExitStack() as stack:
        yield lambda behaviours=None: stack.enter_context(
            face(request.param, behaviours)
        )


@pytest.fixture
def aws(make: Make) -> Face:
    return make()


def sign(aws: Face, subject: Descriptor, envelope: bytes = b"envelope") -> Descriptor:
    return aws.pusher().referrer(
        subject,
        config_type=SIGNATURE,
        layer=envelope,
        layer_type="application/jose+json",
        annotations={"of": envelope.decode()},
    )


def stored(aws: Face, descriptor: Descriptor) -> Image:
    repository = aws.aws.registry(aws.place).repositories[REPOSITORY]
    return repository.images[descriptor["digest"]]


def layer_of(aws: Face, descriptor: Descriptor) -> str:
    return stored(aws, descriptor).manifest.layers[-1]


def test_it_names_its_account_and_region(aws: Face) -> None:
    assert (aws.registry.account, aws.registry.region) == (ACCOUNT, REGION)


def test_an_image_is_described(aws: Face) -> None:
    image = aws.pusher().image("a", tag="v1")
    aws.pusher().manifest(stored(aws, image).manifest.content, tag="v2")
    detail = aws.registry.describe(REPOSITORY, image["digest"])
    assert detail.digest == image["digest"]
    assert detail.status is ImageStatus.ACTIVE
    assert detail.media_type == IMAGE_MANIFEST
    assert detail.tags == ("v1", "v2")
    assert detail.pushed_at == START
    assert detail.subject_digest is None
    assert detail.size is None


def test_a_referrer_is_described_with_its_subject(aws: Face) -> None:
    image = aws.pusher().image("a")
    signature = sign(aws, image)
    detail = aws.registry.describe(REPOSITORY, signature["digest"])
    assert detail.subject_digest == image["digest"]
    assert detail.tags == ()


@pytest.mark.parametrize("repository", [REPOSITORY, "no/such"])
def test_what_does_not_exist_is_not_found(aws: Face, repository: str) -> None:
    aws.pusher().image("a")
    with pytest.raises(NotFound, match=repository):
        aws.registry.describe(repository, ABSENT)


def test_manifests_come_byte_for_byte(aws: Face) -> None:
    content = b'{ "schemaVersion":2,\n"mediaType":"x/y" , "name":"\xc3\xbc"}'
    pushed = aws.pusher().manifest(content, "x/declared")
    found = aws.registry.manifests(REPOSITORY, [pushed["digest"]])
    manifest = found[pushed["digest"]]
    assert manifest.content == content
    assert manifest.media_type == "x/declared"
    assert manifest.digest == pushed["digest"]


def test_no_digests_are_no_manifests(aws: Face) -> None:
    aws.pusher().image("a")
    assert aws.registry.manifests(REPOSITORY, []) == {}


def test_a_hundred_manifests_are_had_at_once(aws: Face) -> None:
    digests = [aws.pusher().image(str(n))["digest"] for n in range(99)]
    found = aws.registry.manifests(REPOSITORY, [*digests, ABSENT])
    assert list(found) == digests


@pytest.mark.parametrize(
    "code", [ArchivedManifest.INACCESSIBLE, ArchivedManifest.NOT_FOUND]
)
def test_an_archived_manifest_is_left_out(make: Make, code: ArchivedManifest) -> None:
    aws = make(Behaviours(archived_manifest=code))
    good, bad = aws.pusher().image("good"), aws.pusher().image("bad")
    aws.registry.archive(REPOSITORY, bad["digest"])
    found = aws.registry.manifests(REPOSITORY, [good["digest"], bad["digest"]])
    assert set(found) == {good["digest"]}


def test_a_manifest_whose_bytes_hash_otherwise_is_left_out(aws: Face) -> None:
    good, bad = aws.pusher().image("good"), aws.pusher().image("bad")
    image = stored(aws, bad)
    image.manifest = replace(image.manifest, content=b'{"forged":true}')
    found = aws.registry.manifests(REPOSITORY, [good["digest"], bad["digest"]])
    assert set(found) == {good["digest"]}


def test_manifests_of_no_repository_are_not_found(aws: Face) -> None:
    with pytest.raises(NotFound):
        aws.registry.manifests("no/such", [ABSENT])


def test_referrers_are_listed_as_they_are(aws: Face) -> None:
    image = aws.pusher().image("a")
    signature = sign(aws, image)
    (found,) = aws.registry.referrers(REPOSITORY, image["digest"], limit=10)
    assert found.digest == signature["digest"]
    assert found.media_type == IMAGE_MANIFEST
    assert found.artifact_type == SIGNATURE
    assert found.size == signature["size"]
    assert found.status is ImageStatus.ACTIVE
    assert dict(found.annotations) == {"of": "envelope"}


def test_referrers_of_every_status_are_listed(aws: Face) -> None:
    image = aws.pusher().image("a")
    archived, activating = sign(aws, image, b"1"), sign(aws, image, b"2")
    for descriptor in (archived, activating):
        aws.registry.archive(REPOSITORY, descriptor["digest"])
    aws.registry.restore(REPOSITORY, activating["digest"])
    found = aws.registry.referrers(REPOSITORY, image["digest"], limit=10)
    assert [entry.status for entry in found] == ["ARCHIVED", "ACTIVATING"]


def test_referrers_of_an_archived_subject_are_listed(aws: Face) -> None:
    image = aws.pusher().image("a")
    aws.registry.archive(REPOSITORY, image["digest"])
    signature = sign(aws, image)
    (found,) = aws.registry.referrers(REPOSITORY, image["digest"], limit=10)
    assert found.digest == signature["digest"]


@pytest.mark.parametrize("limit", [1, 49, 50, 51, 119, 120, 121, 1000])
def test_no_more_referrers_than_asked_for(aws: Face, limit: int) -> None:
    image = aws.pusher().image("a")
    pushed = [sign(aws, image, str(n).encode())["digest"] for n in range(120)]
    found = aws.registry.referrers(REPOSITORY, image["digest"], limit=limit)
    assert [entry.digest for entry in found] == pushed[:limit]


@pytest.mark.parametrize("repository", [REPOSITORY, "no/such"])
def test_an_unknown_subject_has_no_referrers(aws: Face, repository: str) -> None:
    aws.pusher().image("a")
    assert list(aws.registry.referrers(repository, ABSENT, limit=10)) == []


def test_a_layer_is_read(aws: Face) -> None:
    signature = sign(aws, aws.pusher().image("a"), b"the envelope")
    digest = layer_of(aws, signature)
    assert aws.registry.blob(REPOSITORY, digest, limit=12) == b"the envelope"


def test_a_layer_larger_than_the_limit_is_not_found(aws: Face) -> None:
    digest = layer_of(aws, sign(aws, aws.pusher().image("a"), b"the envelope"))
    with pytest.raises(NotFound, match="larger than 11 bytes"):
        aws.registry.blob(REPOSITORY, digest, limit=11)


def test_a_layer_whose_bytes_hash_otherwise_is_not_found(aws: Face) -> None:
    digest = layer_of(aws, sign(aws, aws.pusher().image("a")))
    repository = aws.aws.registry(aws.place).repositories[REPOSITORY]
    repository.layers[digest] = b"forged"
    with pytest.raises(NotFound, match="hash otherwise"):
        aws.registry.blob(REPOSITORY, digest, limit=100)


@pytest.mark.parametrize("repository", [REPOSITORY, "no/such"])
def test_a_layer_that_is_not_there_is_not_found(aws: Face, repository: str) -> None:
    aws.pusher().image("a")
    with pytest.raises(NotFound):
        aws.registry.blob(repository, ABSENT, limit=100)


def test_a_layer_no_image_names_is_not_found(aws: Face) -> None:
    digest = aws.pusher().layer(b"alone")["digest"]
    with pytest.raises(NotFound):
        aws.registry.blob(REPOSITORY, digest, limit=100)


def test_archiving_takes_out_of_reach_and_restoring_brings_back(aws: Face) -> None:
    digest = aws.pusher().image("a")["digest"]
    aws.registry.archive(REPOSITORY, digest)
    assert aws.registry.describe(REPOSITORY, digest).status == "ARCHIVED"
    aws.registry.restore(REPOSITORY, digest)
    assert aws.registry.describe(REPOSITORY, digest).status == "ACTIVATING"
    assert aws.registry.manifests(REPOSITORY, [digest]) == {}
    aws.clock.advance(timedelta(minutes=20))
    assert aws.registry.describe(REPOSITORY, digest).status == "ACTIVE"
    assert set(aws.registry.manifests(REPOSITORY, [digest])) == {digest}


def test_archiving_may_take_its_time(make: Make) -> None:
    aws = make(Behaviours(archive_delay=timedelta(seconds=5)))
    digest = aws.pusher().image("a")["digest"]
    aws.registry.archive(REPOSITORY, digest)
    aws.registry.archive(REPOSITORY, digest)
    assert aws.registry.describe(REPOSITORY, digest).status == "ACTIVE"
    aws.clock.advance(timedelta(seconds=5))
    assert aws.registry.describe(REPOSITORY, digest).status == "ARCHIVED"


@pytest.mark.parametrize("refused", [False, True])
def test_asking_again_is_no_error(make: Make, *, refused: bool) -> None:
    aws = make(Behaviours(same_class_refused=refused))
    digest = aws.pusher().image("a")["digest"]
    aws.registry.restore(REPOSITORY, digest)
    aws.registry.archive(REPOSITORY, digest)
    aws.registry.archive(REPOSITORY, digest)
    aws.registry.restore(REPOSITORY, digest)
    aws.registry.restore(REPOSITORY, digest)
    assert aws.registry.describe(REPOSITORY, digest).status == "ACTIVATING"


def test_a_re_push_undoes_archiving_at_once(aws: Face) -> None:
    image = aws.pusher().image("a")
    aws.registry.archive(REPOSITORY, image["digest"])
    aws.pusher().manifest(stored(aws, image).manifest.content)
    assert aws.registry.describe(REPOSITORY, image["digest"]).status == "ACTIVE"


def test_what_an_active_index_references_is_refused(aws: Face) -> None:
    child = aws.pusher().image("a")
    index = aws.pusher().index([child])
    with pytest.raises(Refused, match=r"index|manifest list"):
        aws.registry.archive(REPOSITORY, child["digest"])
    assert aws.registry.describe(REPOSITORY, child["digest"]).status == "ACTIVE"
    aws.registry.archive(REPOSITORY, index["digest"])
    aws.registry.archive(REPOSITORY, child["digest"])
    assert aws.registry.describe(REPOSITORY, child["digest"]).status == "ARCHIVED"


ACTS: dict[str, Callable[[Registry], object]] = {
    "DescribeImages": lambda registry: registry.describe(REPOSITORY, ABSENT),
    "BatchGetImage": lambda registry: registry.manifests(REPOSITORY, [ABSENT]),
    "ListImageReferrers": lambda registry: registry.referrers(
        REPOSITORY, ABSENT, limit=1
    ),
    "GetDownloadUrlForLayer": lambda registry: registry.blob(
        REPOSITORY, ABSENT, limit=1
    ),
    "UpdateImageStorageClass": lambda registry: registry.archive(REPOSITORY, ABSENT),
    "UpdateImageStorageClass STANDARD": lambda registry: registry.restore(
        REPOSITORY, ABSENT
    ),
}


@pytest.mark.parametrize("name", ["UpdateImageStorageClass", "DescribeImages"])
def test_acting_on_what_does_not_exist_is_not_found(aws: Face, name: str) -> None:
    aws.pusher().image("a")
    with pytest.raises(NotFound):
        ACTS[name](aws.registry)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (throttled(), Unavailable),
        (internal_error(), Unavailable),
        (access_denied("ecr:Something", "a role"), Denied),
    ],
    ids=["throttled", "internal error", "denied"],
)
def test_errors_become_the_ports_own(
    aws: Face, name: str, error: ServiceError, expected: type[PortError]
) -> None:
    operation = name.partition(" ")[0]
    fault = aws.aws.faults.add(Fault(operation=operation, error=error))
    with pytest.raises(expected, match=error.code):
        ACTS[name](aws.registry)
    aws.aws.faults.remove(fault)


def test_the_active_indexes_of_a_repository_are_listed(aws: Face) -> None:
    pusher = aws.pusher()
    image = pusher.image("app")
    first = pusher.index([image])
    aws.clock.advance(timedelta(minutes=1))
    second = pusher.index([first])
    archived = pusher.index([image, first])
    aws.registry.archive(REPOSITORY, archived["digest"])
    listing = aws.registry.indexes(REPOSITORY)
    assert listing.pages == 1
    assert [(one.digest, one.pushed_at) for one in listing.indexes] == [
        (first["digest"], START),
        (second["digest"], START + timedelta(minutes=1)),
    ]


def test_indexes_are_listed_over_pages(aws: Face) -> None:
    pusher = aws.pusher()
    images = [pusher.image(str(number)) for number in range(1_001)]
    last = pusher.index([images[0]])
    listing = aws.registry.indexes(REPOSITORY)
    assert listing.pages == 2
    assert [one.digest for one in listing.indexes] == [last["digest"]]


def test_a_repository_that_is_not_there_has_no_listing(aws: Face) -> None:
    with pytest.raises(NotFound):
        aws.registry.indexes("no/such")


def test_managed_signing_is_told_profile_by_profile(aws: Face) -> None:
    image = aws.pusher().image("before")
    assert list(aws.registry.signings(REPOSITORY, image["digest"])) == []
    arn = aws.aws.call(
        "signer",
        "PutSigningProfile",
        {"profileName": "release", "platformId": PLATFORM},
        place=aws.place,
    )["arn"]
    rules = [{"signingProfileArn": arn}]
    aws.aws.call(
        "ecr",
        "PutSigningConfiguration",
        {"signingConfiguration": {"rules": rules}},
        place=aws.place,
    )
    image = aws.pusher().image("a")

    def told() -> list[ManagedSigning]:
        return list(aws.registry.signings(REPOSITORY, image["digest"]))

    assert told() == [ManagedSigning(state=SigningState.IN_PROGRESS, profile=arn)]
    aws.clock.advance(timedelta(seconds=5))
    assert told() == [ManagedSigning(state=SigningState.COMPLETE, profile=arn)]
    aws.aws.signing_ends.add(
        SigningEnd(
            repositories="*",
            after=timedelta(0),
            failure_code="ACCESS_DENIED",
            failure_reason="no signer:SignPayload",
        )
    )
    image = aws.pusher().image("b")
    aws.clock.advance(timedelta(seconds=1))
    assert told() == [
        ManagedSigning(
            state=SigningState.FAILED,
            profile=arn,
            failure_code="ACCESS_DENIED",
            failure_reason="no signer:SignPayload",
        )
    ]


def test_managed_signing_of_what_is_not_there(aws: Face) -> None:
    aws.pusher().image("a")
    with pytest.raises(NotFound):
        aws.registry.signings(REPOSITORY, ABSENT)
