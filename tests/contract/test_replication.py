"""``sealward replication``, over HTTP against the local AWS with two accounts."""

import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main
from simulator.clock import ManualClock
from simulator.places import place
from simulator.pushes import Descriptor, Pusher
from simulator.server import LoopbackServer
from tests import forge
from tests.contract.faces import ACCOUNT, REGION
from tests.unit.simulator.copies import THERE, backfill, let_in, replicate

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
TO = f"{THERE.account}/{THERE.region}"
MEND = (
    "aws ecr start-replication-backfill --region us-east-1 --destination "
    "region=eu-west-1,registryId=222233334444"
)


class Source:
    """The source's registry, asked by the command line."""

    def __init__(self, server: LoopbackServer, clock: ManualClock) -> None:
        self.clock = clock
        self.place = place(ACCOUNT, REGION)
        self.aws = server.aws
        self.push = Pusher(self.aws, self.place, "app")
        self.environment = {
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": server.url,
        }

    def bare_ecr(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.aws.call("ecr", operation, request, place=self.place)

    def signature(self, image: Descriptor) -> Descriptor:
        return self.push.referrer(
            image,
            config_type="application/vnd.cncf.notary.signature",
            layer=b"envelope",
            layer_type=forge.JWS,
        )

    def ask(self, image: str, *options: str, to: str = TO) -> Result:
        given = ["replication", image, "--to", to, *options]
        return CliRunner().invoke(main, given, env=self.environment)

    def answer(self, image: Descriptor) -> tuple[int, SimpleNamespace]:
        done = self.ask(f"{HOST}/app@{image['digest']}", "--json")
        return done.exit_code, SimpleNamespace(**json.loads(done.stdout))


@pytest.fixture
def source() -> Iterator[Source]:
    clock = ManualClock(forge.NOW)
    with LoopbackServer(clock=clock, account=ACCOUNT) as server:
        yield Source(server, clock)


def test_what_was_copied_with_its_signature(source: Source) -> None:
    let_in(source)
    replicate(source)
    image = source.push.image("a")
    source.signature(image)
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "on its way")
    source.clock.advance(timedelta(minutes=1))
    code, answer = source.answer(image)
    assert (code, answer.answer) == (0, "copied")
    assert [each["state"] for each in answer.copies] == ["complete", "complete"]


def test_what_was_pushed_before_is_mended_by_the_call_it_names(source: Source) -> None:
    let_in(source)
    image = source.push.image("a", tag="v1")
    source.signature(image)
    replicate(source)
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "never begun")
    assert "most likely it was pushed before the rule was made" in answer.why
    assert answer.do == MEND
    backfill(source)
    source.clock.advance(timedelta(minutes=1))
    assert source.answer(image)[0] == 0


def test_what_no_rule_names(source: Source) -> None:
    image = source.push.image("a")
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "not replicated")
    assert "replication configuration" in answer.do


def test_what_the_destination_refused(source: Source) -> None:
    replicate(source)
    image = source.push.image("a")
    source.clock.advance(timedelta(minutes=1))
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "failed")
    assert "AccessDenied" in answer.why
    assert "ecr:ReplicateImage" in answer.do


def test_what_nobody_signed(source: Source) -> None:
    let_in(source)
    replicate(source)
    image = source.push.image("a")
    source.clock.advance(timedelta(minutes=1))
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "not signed")


def test_when_it_was_pushed_is_said_beside_what_is_inferred(source: Source) -> None:
    let_in(source)
    image = source.push.image("a")
    replicate(source)
    _, answer = source.answer(image)
    assert f"It was pushed at {forge.NOW:%Y-%m-%d %H:%M} UTC" in answer.why
    assert "PutReplicationConfiguration" in answer.why


@pytest.mark.parametrize("which", ["image", "signature"])
def test_what_is_archived_at_the_source_and_mended_by_restoring_it(
    source: Source, which: str
) -> None:
    let_in(source)
    image = source.push.image("a")
    signature = source.signature(image)
    target = {"image": image, "signature": signature}[which]
    _move(source, target, "ARCHIVE")
    replicate(source)
    backfill(source)
    source.clock.advance(timedelta(minutes=30))
    code, answer = source.answer(image)
    assert (code, answer.answer) == (1, "archived here")
    assert ("the image" in answer.why) is (which == "image")
    assert "--target-storage-class STANDARD" in answer.do
    assert "if Sealward holds it here, mend that first" in answer.do
    assert [each["archived"] for each in answer.copies][which == "signature"]
    _move(source, target, "STANDARD")
    source.clock.advance(timedelta(minutes=30))
    assert source.answer(image)[0] == 0


def _move(source: Source, target: Descriptor, storage_class: str) -> None:
    source.bare_ecr(
        "UpdateImageStorageClass",
        repositoryName="app",
        imageId={"imageDigest": target["digest"]},
        targetStorageClass=storage_class,
    )


class TestAnIndex:
    def _over(self, source: Source, child: Descriptor) -> Descriptor:
        return source.push.document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [child],
            }
        )

    def test_what_it_lists_is_asked_about_as_well(self, source: Source) -> None:
        let_in(source)
        child = source.push.image("child")
        replicate(source)
        index = self._over(source, child)
        source.signature(index)
        source.clock.advance(timedelta(minutes=1))
        code, answer = source.answer(index)
        assert (code, answer.answer) == (1, "never begun")
        assert "1 of its platforms' images" in answer.why
        assert [each["digest"] for each in answer.copies][-1] == child["digest"]

    def test_a_platforms_image_points_at_the_index(self, source: Source) -> None:
        let_in(source)
        replicate(source)
        child = source.push.image("child")
        index = self._over(source, child)
        source.signature(index)
        source.clock.advance(timedelta(minutes=1))
        assert source.answer(index)[0] == 0
        code, answer = source.answer(child)
        assert (code, answer.answer) == (1, "not signed")
        assert "ask about the index that lists it" in answer.do


def test_a_repository_and_digest_are_enough_in_ones_own_registry(
    source: Source,
) -> None:
    image = source.push.image("a")
    done = source.ask(f"app@{image['digest']}")
    assert done.exit_code == 1
    assert "not replicated" in done.stdout


@pytest.mark.parametrize(
    ("image", "to"),
    [
        ("app@sha256:" + "a" * 64, "somewhere"),
        ("App@sha256:" + "a" * 64, TO),
        (f"{HOST}/app", TO),
        (f"{HOST}/app@sha256:" + "a" * 64, f"{TO}\x1b[2J"),
    ],
)
def test_wrong_usage_is_said(source: Source, image: str, to: str) -> None:
    done = source.ask(image, to=to)
    assert done.exit_code == 3
    assert "\x1b" not in done.output


def test_an_image_there_is_none_of_cannot_be_told(source: Source) -> None:
    done = source.ask(f"{HOST}/app@sha256:" + "a" * 64)
    assert done.exit_code == 2
