"""Stories of what was accepted, or there, before: a person is asked."""

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from demo.stack import BUNDLE_KEY, REGION, bundle_bucket, put_bundle
from notation_verifier import Descriptor
from sealward.decisions.breaker import REVERSALS_ALLOWED
from sealward.proposals import Reversal
from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.expected import EXPECTED
from tests.capabilities.policy import REVOKED, bundle, repository
from tests.capabilities.shelf import Shelf
from tests.capabilities.story import Told, before, shelf_of, story

SIGNER: Final = "signer.amazonaws.com"


@before("proposed")
@before("answered")
def _there(shelf: Shelf) -> Descriptor:
    return shelf.image()


@story("proposed")
def proposed(here: Account) -> Told:
    """Have the sweep find an image that was there before its policy acted."""
    key = shelf_of(here, "proposed").key(here.kept["proposed"])
    here.sweep(key)
    here.until(lambda: here.verdict(key) == "unsigned")
    _is_proposed(here, key)
    return Told(key=key, facts={"proposals": len(_proposals(here, key))})


@story("answered")
def answered(here: Account) -> Told:
    """Approve what is proposed for one image."""
    key = shelf_of(here, "answered").key(here.kept["answered"])
    here.sweep(key)
    here.until(lambda: here.verdict(key) == "unsigned")
    _is_proposed(here, key)
    listed = _proposals(here, key)
    ran = here.on_call.ask(
        *("proposals", "approve", *(listed or ["there-is-none"])),
        *("--digest", key.digest, "--reason", "nobody uses it"),
    )
    if listed:
        here.tick()
    return Told(key=key, facts={"exit": ran.exit_code})


@story("signature-lost")
def signature_lost(here: Account) -> Told:
    """Delete a trusted image's signature; have it given back."""
    shelf = shelf_of(here, "signature-lost")
    image = shelf.image()
    signature = shelf.sign(image)
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) == "trusted")
    shelf.delete(signature)
    here.until(lambda: here.verdict(key) == "inconclusive")
    lost, meanwhile = _said(here, key), here.status(key)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_bytes(here.kept["bundle"])
        ran = here.administrator.ask(
            *("reattach", f"{_host(here)}/{key.repository}@{key.digest}"),
            *("--table", here.outputs["LedgerTable"]),
            *("--bucket", here.outputs["EvidenceBucket"], "--bundle", str(file)),
        )
    return Told(
        key=key,
        facts={"lost": lost, "meanwhile": meanwhile, "exit": ran.exit_code},
    )


@story("revoked")
def revoked(here: Account) -> Told:
    """Have AWS Signer revoke a signature, and CloudTrail tell of it."""
    shelf = shelf_of(here, "revoked")
    image = shelf.image()
    job = shelf.sign_by_signer(image, REVOKED)
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) == "trusted")
    verdict = here.verdict(key)
    here.aws.client("signer").revoke_signature(jobId=job, reason="leaked")
    here.cloudtrail(_revocation(here, job))
    return Told(
        key=key,
        facts={"before": verdict},
        late={"proposed": partial(_is_proposed, here, key)},
    )


@story("bundle-changed")
def bundle_changed(here: Account) -> Told:
    """Publish a bundle that no longer trusts who signed; the breaker trips."""
    shelf = shelf_of(here, "bundle-changed")
    image = shelf.image()
    shelf.sign(image)
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) == "trusted")
    verdict = here.verdict(key)
    _count_reversals(here)
    new = bundle(here.aws, EXPECTED, since=here.kept["since"], serial=2)
    put_bundle(here.aws, bundle_bucket(here.aws.account), BUNDLE_KEY, new)
    here.until(lambda: _refused(here, key))
    here.until(lambda: not here.acts or here.ledger.last_trip() is not None, 30)
    return Told(
        key=key,
        facts={"before": verdict},
        late={
            "proposed": partial(_is_proposed, here, key),
            "breaker": lambda: here.ledger.last_trip() is not None,
        },
    )


def _count_reversals(here: Account) -> None:
    """Write down all but one, as the looks of other images would have counted them."""
    now = datetime.now(UTC)
    for number in range(REVERSALS_ALLOWED - 1):
        key = SubjectKey(
            repository=repository("elsewhere"), digest=f"sha256:{number:064x}"
        )
        here.ledger.record_reversal(
            Reversal(proposal_id="policy-change-0123456789ab", key=key, at=now)
        )


def _refused(here: Account, key: SubjectKey) -> bool:
    """Have it looked at; return whether it is refused."""
    here.look(key)
    return here.verdict(key) == "untrusted"


def _proposals(here: Account, key: SubjectKey) -> list[str]:
    """Return the proposal that the image waits for, if any."""
    record = here.record(key)
    known = {each.id for each in here.ledger.proposals()}
    return [record.proposal_id] if record and record.proposal_id in known else []


def _is_proposed(here: Account, key: SubjectKey) -> bool:
    return here.until(lambda: bool(_proposals(here, key)), 30 if here.acts else 0)


def _said(here: Account, key: SubjectKey) -> str:
    record = here.record(key)
    return f"{record.verdict} {record.reason}" if record else ""


def _host(here: Account) -> str:
    return f"{here.aws.account}.dkr.ecr.{REGION}.amazonaws.com"


def _revocation(here: Account, job: str) -> dict[str, Any]:
    return {
        "eventSource": SIGNER,
        "eventName": "RevokeSignature",
        "awsRegion": REGION,
        "userIdentity": {"type": "AssumedRole", "accountId": here.aws.account},
        "requestParameters": {"jobId": job, "reason": "leaked"},
        "responseElements": None,
        "recipientAccountId": here.aws.account,
    }
