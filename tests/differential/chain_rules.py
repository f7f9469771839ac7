"""Every rule of a code-signing chain, broken one at a time.

Signature-specification, Certificate Requirements.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.differential import certificates, der, good, names
from tests.differential.certificates import Extension, Template
from tests.differential.draft import Draft
from tests.differential.rules import rule

CA_CHAINS = (2, 3, 4)
_KEY_USAGE, _BASIC_CONSTRAINTS, _EXTENDED = "2.5.29.15", "2.5.29.19", "2.5.29.37"


def _without(template: Template, oid: str) -> tuple[Extension, ...]:
    return tuple(each for each in template.extensions if each.oid != oid)


def _change(draft: Draft, index: int, change: Callable[[Template], Template]) -> None:
    """Change one certificate, and anchor the chain's last one as it then is."""
    draft.chain[index] = change(draft.chain[index])
    if len(draft.chain) > 1:
        good.reanchor(draft)
    else:
        draft.stores = {f"{draft.store_type}:acme": [draft.certificate(0)]}


def _extend(draft: Draft, index: int, oid: str, *extensions: Extension) -> None:
    """Replace one kind of extension of one certificate."""
    _change(
        draft,
        index,
        lambda each: replace(each, extensions=(*_without(each, oid), *extensions)),
    )


def _some_ca(draft: Draft) -> int:
    return draft.rng.randrange(1, len(draft.chain))


# -- the leaf ------------------------------------------------------------------------


@rule("leaf-is-ca")
def _leaf_is_ca(draft: Draft) -> None:
    _extend(draft, 0, _BASIC_CONSTRAINTS, certificates.basic_constraints(ca=True))


@rule("leaf-key-usage-absent")
def _leaf_key_usage_absent(draft: Draft) -> None:
    _extend(draft, 0, _KEY_USAGE)


@rule("leaf-key-usage-not-critical")
def _leaf_key_usage_not_critical(draft: Draft) -> None:
    usage = certificates.key_usage([certificates.DIGITAL_SIGNATURE], critical=False)
    _extend(draft, 0, _KEY_USAGE, usage)


@rule("leaf-lacks-digital-signature")
def _leaf_lacks_digital_signature(draft: Draft) -> None:
    bits = draft.rng.choice(([], [certificates.NON_REPUDIATION]))
    _extend(draft, 0, _KEY_USAGE, certificates.key_usage(bits))


def _other_usage(name: str, bit: int) -> None:
    @rule(f"leaf-has-{name}")
    def _apply(draft: Draft) -> None:
        bits = [certificates.DIGITAL_SIGNATURE, bit]
        if bit >= certificates.ENCIPHER_ONLY and draft.rng.random() < 0.5:
            bits.append(certificates.KEY_AGREEMENT)
        _extend(draft, 0, _KEY_USAGE, certificates.key_usage(bits))


for _name, _bit in (
    ("key-encipherment", certificates.KEY_ENCIPHERMENT),
    ("data-encipherment", certificates.DATA_ENCIPHERMENT),
    ("key-agreement", certificates.KEY_AGREEMENT),
    ("cert-sign", certificates.CERT_SIGN),
    ("crl-sign", certificates.CRL_SIGN),
    ("encipher-only", certificates.ENCIPHER_ONLY),
    ("decipher-only", certificates.DECIPHER_ONLY),
):
    _other_usage(_name, _bit)


def _other_purpose(name: str, oid: str) -> None:
    @rule(f"leaf-for-{name}")
    def _apply(draft: Draft) -> None:
        oids = [oid]
        if draft.rng.random() < 0.5:
            oids.append(certificates.CODE_SIGNING)
        draft.rng.shuffle(oids)
        usage = certificates.extended_key_usage(oids, critical=draft.rng.random() < 0.5)
        _extend(draft, 0, _EXTENDED, usage)


for _name, _oid in (
    ("server-auth", certificates.SERVER_AUTH),
    ("client-auth", certificates.CLIENT_AUTH),
    ("email-protection", certificates.EMAIL_PROTECTION),
    ("time-stamping", certificates.TIME_STAMPING),
    ("ocsp-signing", certificates.OCSP_SIGNING),
    ("any-purpose", certificates.ANY_EXTENDED_KEY_USAGE),
    ("unknown-purpose", "1.3.6.1.4.1.55555.9"),
    ("lifetime-signing", "1.3.6.1.4.1.311.10.3.13"),
):
    _other_purpose(_name, _oid)


@rule("leaf-key-of-another-kind")
def _leaf_key_of_another_kind(draft: Draft) -> None:
    kind = draft.rng.choice(("rsa1024", "p224", "ed25519", "secp256k1", "rsa2056"))
    key = draft.material.keys.key(kind)
    alone = len(draft.chain) == 1
    draft.algorithm = "PS256" if kind.startswith("rsa") else "ES256"
    _change(
        draft,
        0,
        lambda each: replace(
            each, key=key, signer=key if alone else each.signer, hash="sha256"
        ),
    )


@rule("leaf-rsa-exponent-three")
def _leaf_exponent(draft: Draft) -> None:
    key = draft.material.keys.key("rsa2048e3")
    alone = len(draft.chain) == 1
    _change(
        draft,
        0,
        lambda each: replace(
            each,
            key=key,
            signer=key if alone else each.signer,
            hash="sha256",
        ),
    )
    draft.algorithm = "PS256"


# -- the CAs -------------------------------------------------------------------------


@rule("ca-without-basic-constraints", lengths=CA_CHAINS)
def _ca_without_basic_constraints(draft: Draft) -> None:
    _extend(draft, _some_ca(draft), _BASIC_CONSTRAINTS)


@rule("ca-is-no-ca", lengths=CA_CHAINS)
def _ca_is_no_ca(draft: Draft) -> None:
    constraints = certificates.basic_constraints(ca=False)
    _extend(draft, _some_ca(draft), _BASIC_CONSTRAINTS, constraints)


@rule("ca-basic-constraints-not-critical", lengths=CA_CHAINS)
def _ca_basic_constraints_not_critical(draft: Draft) -> None:
    constraints = certificates.basic_constraints(ca=True, critical=False)
    _extend(draft, _some_ca(draft), _BASIC_CONSTRAINTS, constraints)


@rule("ca-path-too-long", lengths=(3, 4))
def _ca_path_too_long(draft: Draft) -> None:
    index = draft.rng.randrange(2, len(draft.chain))
    constraints = certificates.basic_constraints(
        ca=True, path_length=draft.rng.randrange(index - 1)
    )
    _extend(draft, index, _BASIC_CONSTRAINTS, constraints)


@rule("ca-path-exact", lengths=CA_CHAINS)
def _ca_path_exact(draft: Draft) -> None:
    index = _some_ca(draft)
    constraints = certificates.basic_constraints(ca=True, path_length=index - 1)
    _extend(draft, index, _BASIC_CONSTRAINTS, constraints)


@rule("ca-path-without-ca", lengths=CA_CHAINS)
def _path_without_ca(draft: Draft) -> None:
    constraints = certificates.basic_constraints(
        ca=False, path_length=draft.rng.choice((0, 1))
    )
    _extend(
        draft, draft.rng.choice((0, _some_ca(draft))), _BASIC_CONSTRAINTS, constraints
    )


@rule("ca-path-negative", lengths=CA_CHAINS)
def _path_negative(draft: Draft) -> None:
    constraints = certificates.basic_constraints(
        ca=True, path_length=draft.rng.choice((-1, -2, 1 << 40))
    )
    _extend(draft, _some_ca(draft), _BASIC_CONSTRAINTS, constraints)


@rule("ca-key-usage-absent", lengths=CA_CHAINS)
def _ca_key_usage_absent(draft: Draft) -> None:
    _extend(draft, _some_ca(draft), _KEY_USAGE)


@rule("ca-key-usage-not-critical", lengths=CA_CHAINS)
def _ca_key_usage_not_critical(draft: Draft) -> None:
    usage = certificates.key_usage([certificates.CERT_SIGN], critical=False)
    _extend(draft, _some_ca(draft), _KEY_USAGE, usage)


@rule("ca-lacks-cert-sign", lengths=CA_CHAINS)
def _ca_lacks_cert_sign(draft: Draft) -> None:
    usage = certificates.key_usage(
        draft.rng.choice(([certificates.CRL_SIGN], [certificates.DIGITAL_SIGNATURE]))
    )
    _extend(draft, _some_ca(draft), _KEY_USAGE, usage)


@rule("ca-with-extended-key-usage", lengths=CA_CHAINS)
def _ca_with_extended(draft: Draft) -> None:
    usage = certificates.extended_key_usage(
        [draft.rng.choice((certificates.SERVER_AUTH, certificates.TIME_STAMPING))]
    )
    _extend(draft, _some_ca(draft), _EXTENDED, usage)


@rule("ca-weak-key", lengths=CA_CHAINS)
def _ca_weak_key(draft: Draft) -> None:
    """A CA with a key that only Go's own rules limit."""
    rng = draft.rng
    index = _some_ca(draft)
    key = draft.material.keys.key(rng.choice(("rsa1024", "p224", "ed25519", "rsa2056")))
    last = index == len(draft.chain) - 1
    draft.chain[index - 1] = replace(
        draft.chain[index - 1], signer=key, hash="sha256", padding="pkcs1"
    )
    _change(
        draft,
        index,
        lambda each: replace(
            each,
            key=key,
            signer=key if last else each.signer,
            hash="sha256",
            padding="pkcs1",
        ),
    )


# -- how they hang together ----------------------------------------------------------


@rule("chain-without-root", lengths=CA_CHAINS)
def _without_root(draft: Draft) -> None:
    draft.on_chain = lambda chain: chain[:-1]


@rule("chain-with-root-twice", lengths=CA_CHAINS)
def _root_twice(draft: Draft) -> None:
    draft.on_chain = lambda chain: [*chain, chain[-1]]


@rule("chain-out-of-order", lengths=CA_CHAINS)
def _out_of_order(draft: Draft) -> None:
    def swap(chain: list[bytes]) -> list[bytes]:
        if len(chain) > 2:
            first = draft.rng.randrange(1, len(chain) - 1)
            chain[first], chain[first + 1] = chain[first + 1], chain[first]
            return chain
        return chain[::-1]

    draft.on_chain = swap


@rule("chain-with-stranger")
def _with_stranger(draft: Draft) -> None:
    other = good.chain(draft.rng, draft.material, 2)
    der_ = draft.material.certificates.certificate(draft.rng.choice(other))
    place = draft.rng.randrange(1, len(draft.chain) + 1)
    draft.on_chain = lambda chain: [*chain[:place], der_, *chain[place:]]


@rule("chain-gap", lengths=(3, 4))
def _gap(draft: Draft) -> None:
    place = draft.rng.randrange(1, len(draft.chain) - 1)
    draft.on_chain = lambda chain: chain[:place] + chain[place + 1 :]


@rule("chain-empty")
def _empty(draft: Draft) -> None:
    draft.on_chain = lambda _: []


@rule("chain-leaf-twice")
def _leaf_twice(draft: Draft) -> None:
    draft.on_chain = lambda chain: [chain[0], *chain]


@rule("chain-self-signed-leaf-before-ca", lengths=CA_CHAINS)
def _self_signed_leaf(draft: Draft) -> None:
    _change(
        draft,
        0,
        lambda each: replace(
            each, issuer=each.subject, signer=each.key, hash="sha256", padding="pkcs1"
        ),
    )


@rule("chain-self-signed-intermediate", lengths=(3, 4))
def _self_signed_intermediate(draft: Draft) -> None:
    index = draft.rng.randrange(1, len(draft.chain) - 1)
    _change(
        draft,
        index,
        lambda each: replace(
            each, issuer=each.subject, signer=each.key, hash="sha256", padding="pkcs1"
        ),
    )


@rule("chain-issuer-name-differs")
def _issuer_name(draft: Draft) -> None:
    index = draft.rng.randrange(len(draft.chain))
    _change(draft, index, lambda each: replace(each, issuer=names.plain("nobody")))


@rule("chain-issuer-name-in-other-bytes", lengths=CA_CHAINS)
def _issuer_bytes(draft: Draft) -> None:
    """Equal by RFC 5280's comparison, not byte for byte."""
    index = draft.rng.randrange(len(draft.chain) - 1)
    printable = tuple(
        tuple(replace(each, tag=der.PRINTABLE_STRING) for each in rdn)
        for rdn in draft.chain[index].issuer
    )
    _change(draft, index, lambda each: replace(each, issuer=printable))


@rule("chain-signature-broken")
def _signature_broken(draft: Draft) -> None:
    index = draft.rng.randrange(len(draft.chain))
    _change(draft, index, lambda each: replace(each, break_signature=True))


@rule("chain-signed-by-another-key", lengths=CA_CHAINS)
def _another_key(draft: Draft) -> None:
    index = draft.rng.randrange(len(draft.chain))
    _change(
        draft,
        index,
        lambda each: replace(each, signer=draft.material.keys.key(each.signer.kind, 7)),
    )


@rule("chain-sha1", lengths=(1, 2, 3, 4))
def _sha1(draft: Draft) -> None:
    index = draft.rng.randrange(len(draft.chain))
    hash_ = draft.rng.choice(("sha1", "sha1", "md5"))

    def weaken(each: Template) -> Template:
        rsa = each.signer.kind.startswith("rsa")
        return replace(each, hash=hash_ if rsa else "sha1", padding="pkcs1")

    _change(draft, index, weaken)


@rule("chain-of-five-and-more")
def _long(draft: Draft) -> None:
    length = draft.rng.choice((5, 6, 10, 11, 14))
    draft.chain = good.chain(draft.rng, draft.material, length)
    good.reanchor(draft)
