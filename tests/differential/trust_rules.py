"""Trust stores, levels and validity in time.

Trust-store-trust-policy, Trust Store and Signature Verification details.
"""

from dataclasses import replace
from datetime import timedelta

from tests.differential import certificates, good, names
from tests.differential.draft import SIGNING_AUTHORITY, X509, Draft
from tests.differential.rules import rule

_CA_CHAINS = (2, 3, 4)


def _store(draft: Draft, *ders: bytes, name: str = "acme") -> None:
    draft.stores = {f"{draft.store_type}:{name}": list(ders)}


def _stranger(draft: Draft) -> bytes:
    """Return a CA that has nothing to do with the chain."""
    template = good.chain(draft.rng, draft.material, 2)[1]
    return draft.material.certificates.certificate(
        replace(
            template,
            subject=names.plain("stranger"),
            issuer=names.plain("stranger"),
            signer=template.key,
            hash="sha256",
            padding="pkcs1",
        )
    )


@rule("store-anchors-root", lengths=_CA_CHAINS)
def _root(draft: Draft) -> None:
    _store(draft, draft.certificate(-1))


@rule("store-anchors-intermediate", lengths=(3, 4))
def _intermediate(draft: Draft) -> None:
    index = draft.rng.randrange(1, len(draft.chain) - 1)
    _store(draft, _stranger(draft), draft.certificate(index))


@rule("store-anchors-self-signed-leaf", lengths=(1,))
def _leaf(draft: Draft) -> None:
    _store(draft, draft.certificate(0))


@rule("store-holds-issued-leaf", lengths=_CA_CHAINS)
def _issued_leaf(draft: Draft) -> None:
    """A leaf that is neither CA nor self-signed may be in no store."""
    others = [draft.certificate(-1)] if draft.rng.random() < 0.5 else []
    _store(draft, draft.certificate(0), *others)


@rule("store-anchors-nothing")
def _nothing(draft: Draft) -> None:
    _store(draft, _stranger(draft))


@rule("store-same-name-other-key")
def _same_name(draft: Draft) -> None:
    """A CA of the very name and another key: anchors are certificates, not names."""
    root = draft.chain[-1]
    key = draft.material.keys.key("p256", 9)
    other = draft.material.certificates.certificate(
        replace(root, key=key, signer=key, hash="sha256", padding="pkcs1")
    )
    _store(draft, other)


@rule("store-same-key-other-certificate")
def _same_key(draft: Draft) -> None:
    other = replace(draft.chain[-1], serial=4711)
    _store(draft, draft.material.certificates.certificate(other))


@rule("store-of-another-type")
def _another_type(draft: Draft) -> None:
    other = draft.rng.choice(
        tuple({"ca", "signingAuthority", "tsa"} - {draft.store_type})
    )
    anchor = [draft.certificate(-1)]
    draft.stores = {f"{other}:acme": anchor, f"{draft.store_type}:acme": []}
    if draft.rng.random() < 0.7:
        draft.stores.pop(f"{draft.store_type}:acme")
        draft.statement["trustStores"] = [f"{other}:acme"]


@rule("store-absent")
def _absent(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        draft.stores = {}
    else:
        draft.statement["trustStores"].append(f"{draft.store_type}:not-there")


@rule("store-empty")
def _empty(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        _store(draft)
    else:
        draft.stores[f"{draft.store_type}:empty"] = []
        draft.statement["trustStores"].append(f"{draft.store_type}:empty")


@rule("store-unreadable")
def _unreadable(draft: Draft) -> None:
    junk = draft.rng.choice((b"junk", b"", draft.certificate(-1)[:-1]))
    used = draft.rng.random() < 0.6
    name = f"{draft.store_type}:broken"
    draft.stores[name] = [junk]
    if used:
        draft.statement["trustStores"].append(name)


@rule("store-several")
def _several(draft: Draft) -> None:
    name = f"{draft.store_type}:others"
    draft.stores[name] = [_stranger(draft)]
    draft.statement["trustStores"].insert(0, name)


@rule("store-not-named-by-statement")
def _not_named(draft: Draft) -> None:
    """The anchor is in a store, and the statement names another."""
    draft.stores[f"{draft.store_type}:others"] = [_stranger(draft)]
    draft.statement["trustStores"] = [f"{draft.store_type}:others"]


@rule("store-holds-expired-anchor", lengths=_CA_CHAINS)
def _expired_anchor(draft: Draft) -> None:
    extra = replace(
        draft.chain[-1],
        serial=99,
        not_after=good.moment(draft, days=-1),
    )
    draft.stores[f"{draft.store_type}:acme"].append(
        draft.material.certificates.certificate(extra)
    )


@rule("store-holds-odd-ca")
def _odd_ca(draft: Draft) -> None:
    """CAs that no chain could use: a store takes them all the same."""
    key = draft.material.keys.key("p256", 9)
    template = replace(
        good.chain(draft.rng, draft.material, 2)[1],
        key=key,
        signer=key,
        subject=names.plain("odd"),
        issuer=names.plain("odd"),
        hash="sha256",
        padding="pkcs1",
    )
    constraints = certificates.basic_constraints(ca=True, critical=False)
    odd = draft.rng.choice(
        (
            replace(template, extensions=(constraints,)),
            replace(template, issuer=names.plain("its issuer")),
            replace(template, break_signature=True),
            replace(template, key=draft.material.keys.key("rsa1024")),
            replace(
                template,
                key=draft.material.keys.key("rsa1024"),
                signer=draft.material.keys.key("rsa1024"),
                hash="sha1",
            ),
            replace(
                template,
                extensions=(certificates.key_usage([certificates.DIGITAL_SIGNATURE]),),
            ),
            replace(template, extensions=()),
            replace(template, version=0, extensions=()),
        )
    )
    draft.stores[f"{draft.store_type}:acme"].append(
        draft.material.certificates.certificate(odd)
    )


@rule("store-tsa-named", scheme=SIGNING_AUTHORITY)
def _tsa_named(draft: Draft) -> None:
    """Stores for timestamps mean nothing to the signing authority scheme."""
    draft.statement["trustStores"].append("tsa:stamps")
    if draft.rng.random() < 0.5:
        draft.stores["tsa:stamps"] = [_stranger(draft)]


# -- validity in time ------------------------------------------------------------------


def _validity(draft: Draft, index: int, begin: float, end: float) -> None:
    """Give a certificate a validity, in days from the run's beginning."""
    draft.chain[index] = replace(
        draft.chain[index],
        not_before=good.moment(draft, days=begin),
        not_after=good.moment(draft, days=end),
    )
    good.reanchor(draft)


@rule("validity-leaf-expired")
def _leaf_expired(draft: Draft) -> None:
    _validity(draft, 0, -100, draft.rng.choice((-1, -50, -0.01)))


@rule("validity-leaf-not-yet")
def _leaf_not_yet(draft: Draft) -> None:
    _validity(draft, 0, draft.rng.choice((0.5, 10)), 100)


@rule("validity-ca-expired", lengths=_CA_CHAINS)
def _ca_expired(draft: Draft) -> None:
    _validity(draft, draft.rng.randrange(1, len(draft.chain)), -900, -2)


@rule("validity-ca-not-yet", lengths=_CA_CHAINS)
def _ca_not_yet(draft: Draft) -> None:
    _validity(draft, draft.rng.randrange(1, len(draft.chain)), 2, 900)


@rule("validity-at-signing", scheme=SIGNING_AUTHORITY)
def _at_signing(draft: Draft) -> None:
    """The authority's time counts, to the second and inclusive, not now."""
    begin = good.moment(draft, days=-40)
    end = good.moment(draft, days=-20)
    index = draft.rng.randrange(len(draft.chain))
    draft.expiry = None
    draft.chain[index] = replace(draft.chain[index], not_before=begin, not_after=end)
    good.reanchor(draft)
    draft.signing_time = draft.rng.choice(
        (
            begin,
            end,
            begin - timedelta(seconds=1),
            end + timedelta(seconds=1),
            begin + timedelta(days=1),
        )
    )
    if index:
        draft.chain[0] = replace(draft.chain[0], not_before=begin - timedelta(days=9))


@rule("validity-at-signing-unauthentic", scheme=X509)
def _unauthentic(draft: Draft) -> None:
    """Signed while valid, expired now: without a timestamp, now counts."""
    draft.signing_time = good.moment(draft, days=-50)
    _validity(draft, 0, -100, -10)


@rule("validity-signing-time-in-future", scheme=SIGNING_AUTHORITY)
def _future(draft: Draft) -> None:
    draft.expiry = None
    draft.signing_time = good.moment(draft, days=draft.rng.choice((1, 100)))


# -- levels ----------------------------------------------------------------------------

_BREAKAGES = ("authenticity", "identity", "expiry", "authenticTimestamp", "payload")


def _break(draft: Draft, what: str) -> None:
    match what:
        case "authenticity":
            _nothing(draft)
        case "identity":
            draft.statement["trustedIdentities"] = ["x509.subject: C=X, ST=Y, O=Z"]
        case "expiry":
            draft.signing_time = good.moment(draft, days=-20)
            draft.expiry = good.moment(draft, days=-1)
        case "authenticTimestamp":
            _validity(draft, 0, -100, -30)
            draft.expiry = None
        case _:
            draft.on_target = lambda target: target.put("size", 1)


def _level(name: str) -> None:
    @rule(f"level-{name}")
    def _apply(draft: Draft) -> None:
        draft.statement["signatureVerification"] = {"level": name}
        for what in draft.rng.sample(_BREAKAGES, draft.rng.choice((0, 1, 1, 2, 3))):
            _break(draft, what)


for _name in ("strict", "permissive", "audit"):
    _level(_name)


@rule("level-overridden")
def _overridden(draft: Draft) -> None:
    draft.statement["signatureVerification"] = {
        "level": draft.rng.choice(("strict", "permissive", "audit")),
        "override": {
            name: draft.rng.choice(("enforce", "log"))
            for name in ("authenticity", "authenticTimestamp", "expiry", "revocation")
            if draft.rng.random() < 0.6
        },
    }
    for what in draft.rng.sample(_BREAKAGES[:4], draft.rng.choice((1, 1, 2))):
        _break(draft, what)
