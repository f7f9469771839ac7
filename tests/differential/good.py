"""Good drafts: signatures every verifier must accept, as different as may be."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.differential import certificates, names
from tests.differential.certificates import Extension, Template
from tests.differential.draft import (
    COSE,
    JWS,
    SIGNING_AUTHORITY,
    X509,
    Draft,
    Material,
    digest,
    subject_text,
)

_SUBJECT_MEDIA_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
# The dearer a key, the rarer it is drawn; RSA is dear to make and to sign with, and the
# large curves are dear for the reference to verify.
_SIGNING_KEYS = (
    *("rsa2048", "p256") * 4,
    *("rsa3072", "p384") * 2,
    *("rsa4096", "p521") * 2,
    *("p256", "p384") * 2,
)
_ISSUING_KEYS = ("p256",) * 10 + ("rsa2048",) * 4 + ("p384", "p521", "rsa3072")
_REPOSITORIES = (
    "registry.example/payments/api",
    "registry.example:5000/a",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/team-one/app_two",
    "local/layout",
)


def leaf_extensions(rng: Random) -> tuple[Extension, ...]:
    """Return what a code-signing certificate carries."""
    usages = [certificates.DIGITAL_SIGNATURE]
    if rng.random() < 0.2:
        usages.append(certificates.NON_REPUDIATION)
    extensions = [certificates.key_usage(usages)]
    if rng.random() < 0.7:
        extended = certificates.extended_key_usage(
            [certificates.CODE_SIGNING], critical=rng.random() < 0.3
        )
        extensions.append(extended)
    if rng.random() < 0.6:
        extensions.append(certificates.basic_constraints(ca=False))
    return tuple(extensions)


def ca_extensions(rng: Random, below: int) -> tuple[Extension, ...]:
    """Return what a CA with ``below`` CAs under it carries."""
    usages = [certificates.CERT_SIGN]
    if rng.random() < 0.5:
        usages.append(certificates.CRL_SIGN)
    length = rng.choice((None, None, below, below + 1))
    return (
        certificates.basic_constraints(ca=True, path_length=length),
        certificates.key_usage(usages),
    )


def chain(rng: Random, material: Material, length: int) -> list[Template]:
    """Return a good chain, leaf first, of 1 to 4 certificates."""
    now = material.now
    kind = rng.choice(_SIGNING_KEYS)
    keys = [
        material.keys.key(rng.choice(_ISSUING_KEYS), 1 + level % 2)
        if level
        else material.keys.key(kind)
        for level in range(length)
    ]
    subjects = [
        names.plain(f"CA {level} of {length}", organization="Acme CA")
        if level
        else names.plain(f"signer {rng.randrange(3)}")
        for level in range(length)
    ]
    if length == 2 and rng.random() < 0.1:
        # Named as its issuer, and still not self-signed.
        subjects[1] = subjects[0]
    templates: list[Template] = []
    for level in range(length):
        issuer = min(level + 1, length - 1)
        signer = keys[issuer]
        templates.append(
            Template(
                subject=subjects[level],
                issuer=subjects[issuer],
                key=keys[level],
                signer=signer,
                not_before=now - timedelta(days=30 if level == 0 else 900),
                not_after=now + timedelta(days=365 if level == 0 else 9000),
                extensions=leaf_extensions(rng)
                if level == 0
                else ca_extensions(rng, level - 1),
                serial=level + 1000,
                hash=rng.choice(("sha256", "sha256", "sha384", "sha512"))
                if not signer.kind.startswith("rsa2048")
                else "sha256",
                padding=rng.choice(("pkcs1", "pkcs1", "pss")),
            )
        )
    return templates


def level(rng: Random) -> dict[str, Any]:
    """Return a signatureVerification of any level but skip."""
    found: dict[str, Any] = {
        "level": rng.choice(("strict", "strict", "strict", "permissive", "audit"))
    }
    if rng.random() < 0.25:
        override = {
            name: rng.choice(("enforce", "log"))
            for name in ("authenticity", "authenticTimestamp", "expiry", "revocation")
            if rng.random() < 0.5
        }
        if rng.random() < 0.3:
            override["revocation"] = "skip"
        found["override"] = override
    if rng.random() < 0.1:
        found["verifyTimestamp"] = rng.choice(("always", "afterCertExpiry"))
    return found


def identities(rng: Random, leaf: Template) -> list[str]:
    """Return trusted identities that allow a leaf with a plain subject."""
    if rng.random() < 0.35:
        return ["*"]
    text = rng.choice(
        (
            subject_text(leaf.subject),
            "C=US, ST=WA, O=Acme",
            "C=US,S=WA,O=Acme",
            "O=Acme; ST=WA; C=US",
            "C=US, ST=WA, L=Seattle, O=Acme",
        )
    )
    found = [f"x509.subject:{rng.choice(('', ' '))}{text}"]
    if rng.random() < 0.3:
        found.append("x509.subject: C=DE, ST=Bayern, O=Andere")
    if rng.random() < 0.1:
        found.append("arn:aws:signer:us-east-1:123456789012:/signing-profiles/p1")
    rng.shuffle(found)
    return found


def draft(
    rng: Random,
    material: Material,
    *,
    format_: str | None = None,
    length: int | None = None,
    scheme: str | None = None,
) -> Draft:
    """Return a good draft; what is given is fixed, all else is drawn."""
    now = material.now
    templates = chain(rng, material, length or rng.choice((1, 2, 2, 3, 4)))
    scheme = scheme or rng.choice((X509, X509, SIGNING_AUTHORITY))
    signing_time = now - timedelta(minutes=rng.choice((1, 60, 60 * 24, 60 * 24 * 20)))
    expiry = rng.choice((None, None, now + timedelta(days=rng.choice((1, 400)))))
    store = "ca" if scheme == X509 else "signingAuthority"
    anchor = material.certificates.certificate(
        templates[rng.randrange(1, len(templates)) if len(templates) > 1 else 0]
    )
    manifest = f"manifest {rng.randrange(10**9)}".encode()
    repository = rng.choice(_REPOSITORIES)
    subject = digest(manifest)
    statement: dict[str, Any] = {
        "name": rng.choice(("production", "p", "Zwölf Häuser")),
        "registryScopes": rng.choice(
            ([repository], [repository, "registry.example/other"], ["*"])
        ),
        "signatureVerification": level(rng),
        "trustStores": [f"{store}:acme"],
        "trustedIdentities": identities(rng, templates[0]),
    }
    stores = {f"{store}:acme": [anchor]}
    others: list[dict[str, Any]] = []
    if rng.random() < 0.3:
        others.append(
            {
                "name": "elsewhere",
                "registryScopes": ["elsewhere.example/x"],
                "signatureVerification": {"level": "skip"},
            }
        )
    if rng.random() < 0.2:
        statement["trustStores"].append("tsa:none" if store != "ca" else "ca:acme")
    return Draft(
        rng=rng,
        material=material,
        format=format_ or rng.choice((JWS, COSE)),
        chain=templates,
        scheme=scheme,
        signing_time=signing_time,
        expiry=expiry,
        statement=statement,
        stores=stores,
        other_statements=others,
        reference=f"{repository}@{subject}",
        subject_digest=subject,
        subject_size=len(manifest),
        subject_media_type=rng.choice(_SUBJECT_MEDIA_TYPES),
    )


def reanchor(draft: Draft) -> None:
    """Put the chain's last certificate, as it is now, into the store."""
    draft.stores = {f"{draft.store_type}:acme": [draft.certificate(-1)]}


def moment(draft: Draft, **distance: float) -> datetime:
    """Return a time a distance (days, hours…) from the run's beginning."""
    return draft.material.now + timedelta(**distance)
