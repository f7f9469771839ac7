"""AWS Signer's signatures: plugin, attributes, ARNs and whose root they count under."""

from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import (
    CheckName,
    Conclusion,
    Failed,
    Passed,
    Reason,
    Skipped,
    Verification,
    verify,
)
from notation_verifier.signer import matches_arn, minimum_version_met
from tests import forge
from tests.forge.signer_service import JOB, PLUGIN, PROFILE_VERSION

SERVICE = forge.SignerService()
PLUGIN_NAME = "io.cncf.notary.verificationPlugin"
MIN_VERSION = "io.cncf.notary.verificationPluginMinVersion"
PROFILE = SERVICE.profile_arn("payments")
RIGHT: dict[str, Any] = {
    PLUGIN_NAME: PLUGIN,
    PROFILE_VERSION: SERVICE.profile_version_arn("payments"),
    JOB: SERVICE.job_arn(),
}
NO_REVOCATION = {"revocation": "skip"}


def report(
    *,
    identities: list[str] | None = None,
    level: str = "strict",
    roots: frozenset[str] = frozenset({SERVICE.root_fingerprint}),
    service: forge.SignerService = SERVICE,
    now: Any = forge.NOW,
    **changes: Any,
) -> Verification:
    envelope = service.sign(forge.descriptor(), **changes)
    policy = forge.statement(
        level=level, override=NO_REVOCATION, identities=identities or [PROFILE]
    )
    return verify(
        **forge.case(
            envelope,
            changes.get("signer") or service.signer(),
            media_type=forge.COSE if changes.get("format") == "cose" else forge.JWS,
            policy=policy,
            signer_roots=roots,
            now=now,
        )
    )


def reason(found: Verification, check: CheckName) -> Reason | None:
    outcome = found.check(check).outcome
    return None if isinstance(outcome, Passed) else outcome.reason


@pytest.mark.parametrize("format_", ["jws", "cose"])
@pytest.mark.parametrize(
    "identity",
    [PROFILE, SERVICE.profile_version_arn("payments")],
    ids=["profile", "version"],
)
def test_a_trusted_profiles_signature_is_satisfied(identity: str, format_: str) -> None:
    found = report(identities=["arn:x:y", identity], format=format_)
    assert found.conclusion() is Conclusion.SATISFIED
    assert found.identity == identity
    assert found.anchor == "signingAuthority:acme"


def test_the_leaf_lives_three_days_and_the_signature_longer() -> None:
    found = report(now=forge.NOW + timedelta(days=900))
    assert found.conclusion() is Conclusion.SATISFIED


def test_without_the_override_revocation_is_left_open() -> None:
    arguments = forge.case(
        SERVICE.sign(forge.descriptor()),
        SERVICE.signer(),
        policy=forge.statement(identities=[PROFILE]),
        signer_roots=frozenset({SERVICE.root_fingerprint}),
    )
    found = verify(**arguments)
    outcome = found.check(CheckName.REVOCATION).outcome
    assert isinstance(outcome, Skipped)
    assert outcome.reason is Reason.NEEDS_SIGNER_SERVICE
    assert found.conclusion() is Conclusion.INCONCLUSIVE


@pytest.mark.parametrize(
    "identity",
    [
        SERVICE.profile_arn("Payments"),
        SERVICE.profile_arn("payment"),
        SERVICE.profile_arn("payments2"),
        PROFILE + "/",
        PROFILE + "/*",
        PROFILE + "/other00001",
        PROFILE.replace("signing-profiles", "signing-profile"),
        PROFILE.replace(":aws:", ":aws-cn:"),
        PROFILE.replace("us-east-1", "us-west-2"),
        PROFILE.replace("123456789012", "210987654321"),
        PROFILE.replace("123456789012", ""),
        PROFILE.replace("arn:", "ARN:"),
        PROFILE.replace(":signer:", ":s3:"),
        SERVICE.profile_version_arn("payments") + "/more",
        "x509.subject: C=US, ST=WA, O=AWS",
    ],
)
def test_arns_match_exactly(identity: str) -> None:
    found = report(identities=[identity])
    assert reason(found, CheckName.TRUSTED_IDENTITY) is Reason.IDENTITY_NOT_ALLOWED
    assert found.identity is None
    assert found.conclusion() is Conclusion.REFUSED


def test_arns_count_only_under_signers_roots() -> None:
    found = report(roots=frozenset({"0" * 64}))
    assert reason(found, CheckName.TRUSTED_IDENTITY) is Reason.NOT_UNDER_SIGNER_ROOT
    assert found.conclusion() is Conclusion.REFUSED


def test_another_authority_cannot_speak_for_signer() -> None:
    """Threat: a second CA in the same signingAuthority store claims a profile ARN."""
    other = forge.SignerService(root_name="Another CA")
    envelope = other.sign(forge.descriptor())
    arguments = forge.case(
        envelope,
        policy=forge.statement(override=NO_REVOCATION, identities=[PROFILE]),
        anchors=[SERVICE.root_der, other.root_der],
        signer_roots=frozenset({SERVICE.root_fingerprint}),
    )
    found = verify(**arguments)
    assert isinstance(found.check(CheckName.AUTHENTICITY).outcome, Passed)
    assert reason(found, CheckName.TRUSTED_IDENTITY) is Reason.NOT_UNDER_SIGNER_ROOT


@pytest.mark.parametrize("level", ["strict", "permissive", "audit"])
def test_the_wildcard_is_refused_at_every_level(level: str) -> None:
    found = report(identities=["*"], level=level)
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_WILDCARD
    assert found.conclusion() is Conclusion.REFUSED


@pytest.mark.parametrize("level", ["strict", "permissive", "audit"])
def test_a_chain_under_signers_root_must_name_the_plugin(level: str) -> None:
    found = report(identities=["*"], level=level, critical={})
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_ATTRIBUTES
    assert found.conclusion() is Conclusion.REFUSED


@pytest.mark.parametrize("name", [PROFILE_VERSION, JOB])
@pytest.mark.parametrize(
    "value", [forge.OMIT, None, 1, "", "arn:aws:signer:x", PROFILE, [PROFILE]], ids=str
)
def test_profile_version_and_job_are_arns_of_their_kind(name: str, value: Any) -> None:
    attributes = {**RIGHT, name: value}
    if value is forge.OMIT:
        del attributes[name]
    found = report(critical=attributes, level="audit")
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_ATTRIBUTES
    assert found.conclusion() is Conclusion.REFUSED
    assert isinstance(found.check(CheckName.TRUSTED_IDENTITY).outcome, Skipped)


@pytest.mark.parametrize("name", [PROFILE_VERSION, JOB])
def test_profile_version_and_job_are_critical(name: str) -> None:
    critical = {key: value for key, value in RIGHT.items() if key != name}
    found = report(critical=critical, attributes={name: RIGHT[name]})
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_ATTRIBUTES


@pytest.mark.parametrize("where", ["critical", "attributes"])
def test_a_further_attribute_is_refused(where: str) -> None:
    extra = {"com.amazonaws.signer.signingProfileAlias": "a"}
    changes: dict[str, Any] = {"critical": RIGHT}
    changes[where] = {**changes.get(where, {}), **extra}
    found = report(**changes)
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_ATTRIBUTES


def test_signer_never_signs_as_notary_x509() -> None:
    found = report(scheme="notary.x509", level="audit")
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.SIGNER_ATTRIBUTES


@pytest.mark.parametrize(
    "plugin", ["other", "", 1, None, PLUGIN.upper(), "../" + PLUGIN], ids=str
)
def test_other_plugins_are_refused_at_every_level(plugin: Any) -> None:
    found = report(critical={**RIGHT, PLUGIN_NAME: plugin}, level="audit")
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.UNKNOWN_PLUGIN
    assert found.conclusion() is Conclusion.REFUSED


def test_the_plugin_must_be_critical() -> None:
    attributes = {key: value for key, value in RIGHT.items() if key != PLUGIN_NAME}
    found = report(critical=attributes, attributes={PLUGIN_NAME: PLUGIN})
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.UNKNOWN_PLUGIN


@pytest.mark.parametrize(
    "version", ["0.0.1", "1.0.0", "1.0.350", "1.0.350-rc.1", "1.0.0+x"]
)
def test_an_older_version_of_the_plugin_is_enough(version: str) -> None:
    found = report(critical={**RIGHT, MIN_VERSION: version})
    assert found.conclusion() is Conclusion.SATISFIED


@pytest.mark.parametrize(
    "version", ["1.0.351", "1.1.0", "2.0.0", "1.0", "v1.0.0", "", 1, None], ids=str
)
def test_a_later_or_unreadable_version_of_the_plugin_is_refused(version: Any) -> None:
    found = report(critical={**RIGHT, MIN_VERSION: version})
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.UNKNOWN_PLUGIN


def test_the_minimum_version_must_be_critical() -> None:
    found = report(critical=RIGHT, attributes={MIN_VERSION: "1.0.0"})
    assert reason(found, CheckName.CRITICAL_ATTRIBUTES) is Reason.UNKNOWN_PLUGIN


def test_a_minimum_version_without_a_plugin_is_refused() -> None:
    signer = forge.chain(2)
    envelope = forge.sign(forge.descriptor(), signer, attributes={MIN_VERSION: "1.0.0"})
    (failure,) = verify(**forge.case(envelope, signer)).failures
    assert failure[1].reason is Reason.UNKNOWN_CRITICAL_ATTRIBUTE


def test_signers_store_is_a_signing_authority() -> None:
    arguments = forge.case(
        SERVICE.sign(forge.descriptor()),
        SERVICE.signer(),
        policy=forge.statement(
            stores=["ca:acme"], override=NO_REVOCATION, identities=[PROFILE]
        ),
        signer_roots=frozenset({SERVICE.root_fingerprint}),
    )
    found = verify(**arguments)
    outcome = found.check(CheckName.AUTHENTICITY).outcome
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.NO_TRUST_STORE


@pytest.mark.parametrize("version", [None, True, "1" * 20 + ".0.0", "1.0.0\n"], ids=str)
def test_versions_are_read_strictly(version: Any) -> None:
    assert not minimum_version_met(version)


def test_a_version_arn_matches_that_version_alone() -> None:
    arn = SERVICE.profile_version_arn("payments", "aaaaaaaaa1")
    assert matches_arn(arn, arn)
    assert matches_arn(PROFILE, arn)
    assert not matches_arn(arn, SERVICE.profile_version_arn("payments", "aaaaaaaaa2"))
    assert not matches_arn(arn, PROFILE)
