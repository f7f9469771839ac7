"""Envelopes and chains that something is wrong with, forged, in both formats.

The real command judges the bytes a hostile pusher would attach. Where we refuse what it
accepts, docs/deviations.md says why.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.layouts.images import attach
from tests import forge
from tests.forge import CertificateAuthority, Signer, key_usage
from tests.interop.workbench import LEVELS, Workbench

MEDIA_TYPES = {"jws": forge.JWS, "cose": forge.COSE}
SIGNED = datetime(2026, 3, 1, tzinfo=UTC)
SCHEME = "io.cncf.notary.signingScheme"
CA_SCHEME = "notary.x509.signingAuthority"

Changes = Mapping[str, Any]


def signer() -> Signer:
    """Return the signer of every envelope that does not bring its own."""
    return forge.chain(3, algorithm="ES256")


ENVELOPES: Mapping[str, Changes] = {
    "as it should be": {},
    "signed long ago": {"signing_time": datetime(2021, 1, 1, tzinfo=UTC)},
    "signed in future": {"signing_time": datetime(2100, 1, 1, tzinfo=UTC)},
    "expires in future": {"expiry": datetime(2100, 1, 1, tzinfo=UTC)},
    "expired": {"signing_time": SIGNED, "expiry": SIGNED + timedelta(days=1)},
    "expired before it was signed": {
        "signing_time": SIGNED,
        "expiry": SIGNED - timedelta(days=1),
    },
    "expires when it is signed": {"signing_time": SIGNED, "expiry": SIGNED},
    "another content type": {"content_type": "application/json"},
    "content type in upper case": {
        "content_type": "application/VND.cncf.notary.payload.v1+json"
    },
    "no payload": {"payload": b""},
    "an empty payload": {"payload": b"{}"},
    "a payload of no JSON": {"payload": b"hello"},
    "a payload without digest": {"payload": b'{"targetArtifact":{"size":2}}'},
    "a signature by another key": {"key": forge.private_key("ES256", "Another")},
    "no certificates": {"chain": []},
    "only the leaf": {"chain": signer().ders[:1]},
    "no root": {"chain": signer().ders[:2]},
    "certificates backwards": {"chain": signer().ders[::-1]},
    "the root twice": {"chain": [*signer().ders, signer().ders[-1]]},
    "a stranger's root behind": {
        "chain": [*signer().ders, forge.chain(1, subject="X").ders[0]]
    },
    "a certificate of no certificate": {"chain": [*signer().ders[:2], b"\x30\x00"]},
    "nothing critical": {"crit": []},
    "an unknown scheme": {"scheme": "notary.x509.other"},
    "signing authority's scheme": {"scheme": CA_SCHEME},
    "critical but absent": {"crit": [SCHEME, "com.example.absent"]},
    "the content type critical": {"crit": [SCHEME, "cty"]},
    "the scheme critical twice": {"crit": [SCHEME, SCHEME]},
    "an expiry that is not critical": {
        "crit": [SCHEME],
        "expiry": datetime(2100, 1, 1, tzinfo=UTC),
    },
    "bytes behind": {"tamper": lambda data: data + b"\0"},
    "bytes before": {"tamper": lambda data: b"\0" + data},
    "half of it": {"tamper": lambda data: data[: len(data) // 2]},
    "another algorithm named": {"header_algorithm": "ES384"},
    "of the other family": {"header_algorithm": "PS256"},
}


def _leaf(**changes: Any) -> Callable[[], Signer]:
    return lambda: forge.chain(3, algorithm="ES256", **changes)


def _upper(**changes: Any) -> Callable[[], Signer]:
    def make() -> Signer:
        root = CertificateAuthority.root("Chain root", algorithm="ES256")
        upper = root.authority("Chain upper", algorithm="ES256", **changes)
        return upper.leaf("Chain leaf", algorithm="ES256")

    return make


def _root(**changes: Any) -> Callable[[], Signer]:
    def make() -> Signer:
        root = CertificateAuthority.root("Chain root", algorithm="ES256", **changes)
        upper = root.authority("Chain upper", algorithm="ES256")
        return upper.leaf("Chain leaf", algorithm="ES256")

    return make


def _constraints(length: int | None, *, ca: bool = True) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=ca, path_length=length)


CHAINS: Mapping[str, Callable[[], Signer]] = {
    "a leaf without key usage": _leaf(key_usage=None),
    "a leaf whose key usage is not critical": _leaf(key_usage_critical=False),
    "a leaf that may issue": _leaf(key_usage=key_usage("key_cert_sign")),
    "a leaf that may sign and issue": _leaf(
        key_usage=key_usage("digital_signature", "key_cert_sign")
    ),
    "a leaf that may sign and commit": _leaf(
        key_usage=key_usage("digital_signature", "content_commitment")
    ),
    "a leaf that is a CA": _leaf(basic_constraints=_constraints(None)),
    "a leaf without basic constraints": _leaf(basic_constraints=None),
    "a leaf for servers": _leaf(extended_key_usage=(ExtendedKeyUsageOID.SERVER_AUTH,)),
    "a leaf for time stamps": _leaf(
        extended_key_usage=(ExtendedKeyUsageOID.TIME_STAMPING,)
    ),
    "a leaf for code and e-mail": _leaf(
        extended_key_usage=(
            ExtendedKeyUsageOID.CODE_SIGNING,
            ExtendedKeyUsageOID.EMAIL_PROTECTION,
        )
    ),
    "a leaf without extended key usage": _leaf(extended_key_usage=()),
    "a CA without basic constraints": _upper(basic_constraints=None),
    "a CA that is none": _upper(basic_constraints=_constraints(None, ca=False)),
    "a CA without key usage": _upper(key_usage=None),
    "a CA that may not issue": _upper(key_usage=key_usage("digital_signature")),
    "a CA of path length 0": _upper(basic_constraints=_constraints(0)),
    "a root of path length 0": _root(basic_constraints=_constraints(0)),
    "a root of path length 1": _root(basic_constraints=_constraints(1)),
    "a root that may not issue": _root(key_usage=key_usage("crl_sign")),
    "an expired CA": _upper(not_after=datetime(2025, 1, 1, tzinfo=UTC)),
    "an expired root": _root(not_after=datetime(2025, 1, 1, tzinfo=UTC)),
}

STRICTER: Mapping[str, str] = {"the scheme critical twice, cose": "crit-once"}


def ask(bench: Workbench) -> None:
    """Ask about every envelope and every chain, in both formats."""
    good = signer()
    store = bench.store("ca:envelopes", good.root_der)
    for form in MEDIA_TYPES:
        for name, changes in ENVELOPES.items():
            _ask(bench, f"{name}, {form}", good, form, store, changes)
        for name, make in CHAINS.items():
            brought = make()
            own = bench.store(f"ca:{name.replace(' ', '-')}", brought.root_der)
            _ask(bench, f"{name}, {form}", brought, form, own, {}, ("strict", "audit"))


def _ask(
    bench: Workbench,
    name: str,
    by: Signer,
    form: str,
    store: str,
    changes: Changes,
    levels: Sequence[str] = ("strict",),
) -> None:
    layout, image = bench.layout(f"envelope {name}")
    subject = layout.descriptor(image["digest"])
    envelope = forge.sign(subject, by, form, **changes)
    attach(layout, image, (envelope, MEDIA_TYPES[form]))
    for level in levels:
        bench.ask(
            "envelope",
            f"{name}: {level}",
            (layout, image["digest"]),
            stores=[store],
            level=LEVELS[level],
            stricter=STRICTER.get(name, ""),
        )
