"""Other ways to sign: named, never verified, never taken for junk."""

import pytest

from sealward.decisions import Severity
from sealward.ledger import Verdict
from sealward.signatures.schemes import Scheme, cosign_subject, scheme_of
from tests.unit.sealward.counting import Counting, invented
from tests.unit.sealward.stand import EMPTY, IMAGE_MANIFEST, Stand, as_json

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


@pytest.mark.parametrize(
    ("artifact_type", "scheme"),
    [
        ("application/vnd.dev.cosign.artifact.sig.v1+json", Scheme.COSIGN),
        ("application/vnd.dev.cosign.artifact.att.v1+json", Scheme.COSIGN),
        (BUNDLE, Scheme.SIGSTORE_BUNDLE),
        (
            "application/vnd.dev.sigstore.bundle+json;version=0.2",
            Scheme.SIGSTORE_BUNDLE,
        ),
        ("application/vnd.in-toto+json", Scheme.IN_TOTO),
        ("application/vnd.dsse.envelope.v1+json", Scheme.IN_TOTO),
        ("application/spdx+json", None),
        ("application/vnd.cncf.notary.signature", None),
        ("", None),
    ],
)
def test_a_scheme_is_known_by_its_type(
    artifact_type: str, scheme: Scheme | None
) -> None:
    assert scheme_of(artifact_type) is scheme


def attach_bundle(stand: Stand, image: object) -> None:
    pusher = stand.pusher()
    stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "artifactType": BUNDLE,
            "config": pusher.layer(b"{}", EMPTY),
            "layers": [pusher.layer(b"{}", BUNDLE)],
            "subject": as_json(image),  # type: ignore[arg-type] # a Descriptor
        }
    )


def test_an_image_signed_otherwise_is_unsigned_and_told_so(counting: Counting) -> None:
    image = counting.push()
    attach_bundle(counting, image)
    result = counting.look(image)
    assert (result.verdict, result.reason) == (Verdict.UNSIGNED, "other-scheme")
    (finding,) = counting.findings
    assert finding["Severity"]["Label"] == Severity.HIGH
    assert "a Sigstore bundle (cosign, GitHub attestations)" in finding["Description"]
    assert "notation sign" in finding["Remediation"]["Recommendation"]["Text"]


def test_naming_it_costs_no_call(counting: Counting) -> None:
    plain, other = counting.push("plain"), counting.push("other")
    attach_bundle(counting, other)
    assert counting.calls_of_a_look(plain) == counting.calls_of_a_look(other)


def test_beside_a_good_signature_it_is_only_reported(counting: Counting) -> None:
    image = counting.push()
    attach_bundle(counting, image)
    counting.attach(image)
    assert counting.look(image).verdict is Verdict.TRUSTED
    (why,) = counting.report(image)["aside"]
    assert why == f"other-scheme: of type '{BUNDLE}'"


def test_an_sbom_is_no_signature_of_any_scheme(counting: Counting) -> None:
    image = counting.push()
    counting.registry.more = invented(1, artifact_type="application/spdx+json")
    result = counting.look(image)
    assert (result.verdict, result.reason) == (Verdict.UNSIGNED, "no-signature")
    (why,) = counting.report(image)["aside"]
    assert why.startswith("not-a-signature")


def test_what_a_referrer_calls_itself_ends_no_line(counting: Counting) -> None:
    image = counting.push()
    counting.registry.more = invented(1, artifact_type="evil\n\x1b[2J" * 90)
    counting.look(image)
    (why,) = counting.report(image)["aside"]
    assert why.isprintable()
    assert len(why) <= 300


def test_an_image_tagged_as_cosigns_signature_is_judged_and_named(
    counting: Counting,
) -> None:
    signed = counting.push("signed")
    tag = f"{signed.digest.replace(':', '-')}.sig"
    signature = counting.push("the signature", tag=tag)
    result = counting.look(signature)
    assert (result.verdict, result.reason) == (Verdict.UNSIGNED, "other-scheme")
    assert signed.digest in result.detail


@pytest.mark.parametrize("tag", ["v1", "sha256-ab.sig", f"sha256-{'0' * 64}.txt"])
def test_another_tag_is_none_of_cosigns(tag: str) -> None:
    assert cosign_subject([tag]) is None
