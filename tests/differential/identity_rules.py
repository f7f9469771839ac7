"""Trusted identities: distinguished names in policies and in leaf certificates.

Trust-store-trust-policy, Trusted Identities Constraints; RFC 4514.
"""

from dataclasses import replace

from tests.differential import der, good, names
from tests.differential.draft import Draft, subject_text
from tests.differential.names import Attribute, Name
from tests.differential.rules import rule

_MATCHING = "C=US, ST=WA, O=Acme"
_ODD_NAMES = (
    "",
    " ",
    "C",
    "C=",
    "=US",
    "C=US",
    "C=US, ST=WA",
    "ST=WA, O=Acme",
    "C=US, ST=, O=Acme",
    "C=US, ST=WA, O=Acme, L=",
    "C=US, ST=WA, O=Acme, OU=",
    "C=US, ST=WA, O=Acme, OU",
    "C=US, ST=WA, O=Acme,",
    ",C=US, ST=WA, O=Acme",
    "C=US,, ST=WA, O=Acme",
    "C=US; ST=WA; O=Acme",
    "C=US;ST=WA,O=Acme",
    "C=US+ST=WA, O=Acme",
    "C=US, ST=WA, O=Acme+CN=signer 0",
    "C=US, C=US, ST=WA, O=Acme",
    "C=, C=US, ST=WA, O=Acme",
    "C=US, S=WA, O=Acme",
    "C=US, S=WA, ST=WA, O=Acme",
    "c=US, st=WA, o=Acme",
    "C=us, ST=WA, O=Acme",
    "C=US, ST=WA, O=acme",
    "C=US, ST=WA, O= Acme ",
    "C = US , ST = WA , O = Acme",
    "C=US, ST=WA, O=Acme  Corp",
    "C=US, ST=WA, O=\\41cme",
    "C=US, ST=WA, O=\\41\\63\\6d\\65",
    "C=US, ST=WA, O=Acme\\",
    "C=US, ST=WA, O=Acme\\ ",
    "C=US, ST=WA, O=\\ Acme",
    "C=US, ST=WA, O=Acme\\zz",
    "C=US, ST=WA, O=Acme\\4",
    "C=US, ST=WA, O=Acme\\,",
    "C=US, ST=WA, O=\\ff",
    'C=US, ST=WA, O="Acme"',
    "C=US, ST=WA, O=#0c0441636d65",
    "C=US, ST=WA, O=\\#Acme",
    "C=US, ST=WA, O= #Acme",
    "C=US, ST=WA, O=Acme=#x",
    "C=US, ST=WA, O=Acme=x",
    "C=US, ST=WA, O=Acme<>",
    "2.5.4.6=US, 2.5.4.8=WA, 2.5.4.10=Acme",
    "C=US, ST=WA, O=Acme, 2.5.4.3=signer 0",
    "C=US, ST=WA, O=Acme, CN=signer 0, CN=signer 1",
    "C=US, ST=WA, O=Acme, emailAddress=a@b.example",
    "C=US, ST=WA, O=Acme, X=y",
    "C=US, ST=WA, O=Acme\tC",
    "C=US,\n ST=WA,\n O=Acme",
    "\tC=US, ST=WA, O=Acme\n",
    "C=US, ST=WA, O=Acme\\0a",
    "C=US, ST=WA, O=\uff21cme",
    "C=US, ST=WA, O=Acme, \\43N=signer 0",
    "C=US, ST=WA, O=Acme, CN=signer\\ 0",
    "\\ C=US, ST=WA, O=Acme",
    "C\\=US, ST=WA, O=Acme",
    "C=US, ST=WA, O=Acme\\\\ ",
)


def _trusted(draft: Draft, *identities: object) -> None:
    draft.statement["trustedIdentities"] = list(identities)


@rule("identity-name-in-policy")
def _name_in_policy(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.7
    space = draft.rng.choice(("", " "))
    _trusted(draft, f"x509.subject:{space}{draft.rng.choice(_ODD_NAMES)}")


@rule("identity-name-in-policy-mutated")
def _name_mutated(draft: Draft) -> None:
    rng = draft.rng
    text = rng.choice(("C=US, ST=WA, O=Acme, CN=signer 0", "C=US,S=WA,O=Acme"))
    place = rng.randrange(len(text))
    piece = rng.choice(
        ("\\", ",", "+", "=", ";", "#", " ", '"', "\\20", "\\2", "", "é", "\0")
    )
    keep = rng.randrange(2)
    _trusted(draft, f"x509.subject: {text[:place]}{piece}{text[place + keep :]}")


@rule("identity-wildcard-beside-others")
def _wildcard_beside(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.3
    others = draft.rng.choice((["*"], [f"x509.subject: {_MATCHING}"], ["arn:x"], [""]))
    _trusted(draft, "*", *others)


@rule("identity-form")
def _form(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.5
    _trusted(
        draft,
        draft.rng.choice(
            (
                "",
                " ",
                "x509.subject",
                "x509.subject:",
                "X509.subject: C=US, ST=WA, O=Acme",
                "x509.subject : C=US, ST=WA, O=Acme",
                " x509.subject: C=US, ST=WA, O=Acme",
                "C=US, ST=WA, O=Acme",
                "arn:aws:signer:us-east-1:123456789012:/signing-profiles/p1",
                "other:anything",
                ":",
                "**",
                "* ",
            )
        ),
    )


@rule("identity-overlap")
def _overlap(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.5
    first, second = draft.rng.choice(
        (
            (_MATCHING, _MATCHING),
            (_MATCHING, _MATCHING + ", CN=signer 0"),
            (_MATCHING + ", CN=signer 0", _MATCHING),
            (_MATCHING, "O=Acme, S=WA, C=US"),
            (_MATCHING + ", CN=signer 0", _MATCHING + ", L=Seattle"),
            (_MATCHING + ", CN=signer 0", _MATCHING + ", CN=signer 1"),
            (_MATCHING + ", L=", _MATCHING + ", CN=x"),
            (_MATCHING, "C=US, ST=WA, O=Acme2"),
            (_MATCHING, "C=US, ST=WA, O=acme"),
        )
    )
    _trusted(draft, f"x509.subject: {first}", f"x509.subject: {second}")


@rule("identity-of-somebody-else")
def _somebody_else(draft: Draft) -> None:
    _trusted(
        draft,
        "x509.subject: "
        + draft.rng.choice(
            (
                "C=DE, ST=Bayern, O=Acme",
                _MATCHING + ", CN=somebody",
                _MATCHING + ", OU=Payments",
                "C=US, ST=WA, O=Acme CA",
            )
        ),
    )


@rule("identity-several")
def _several(draft: Draft) -> None:
    _trusted(
        draft,
        "x509.subject: C=DE, ST=Bayern, O=Andere",
        "other:identity",
        "x509.subject: C=US, ST=WA, O=Acme, L=Seattle",
    )


def _subject(draft: Draft, subject: Name) -> None:
    """Give the leaf a subject; on a chain of one it is the issuer too."""
    alone = len(draft.chain) == 1
    draft.chain[0] = replace(
        draft.chain[0],
        subject=subject,
        issuer=subject if alone else draft.chain[0].issuer,
    )
    good.reanchor(draft)


def _base(*more: Attribute) -> tuple[Attribute, ...]:
    return (
        Attribute("C", "US", der.PRINTABLE_STRING),
        Attribute("ST", "WA"),
        Attribute("O", "Acme"),
        *more,
    )


@rule("identity-leaf-lacks-mandatory")
def _leaf_lacks(draft: Draft) -> None:
    missing = draft.rng.choice(("C", "ST", "O"))
    attributes = [each for each in _base() if each.type != missing]
    if draft.rng.random() < 0.4:
        attributes.append(Attribute(missing, ""))
    _subject(draft, names.name(*attributes))
    _trusted(draft, draft.rng.choice((f"x509.subject: {_MATCHING}", "*")))


@rule("identity-leaf-attribute-types")
def _leaf_types(draft: Draft) -> None:
    extra = draft.rng.choice(
        (
            Attribute("SERIALNUMBER", "7"),
            Attribute("STREET", "Main"),
            Attribute("POSTALCODE", "98101"),
            Attribute("OU", "Payments"),
            Attribute("TITLE", "Dr"),
            Attribute("GIVENNAME", "A"),
            Attribute("EMAIL", "a@b.example", der.IA5_STRING),
            Attribute("UID", "a"),
            Attribute("DC", "example", der.IA5_STRING),
            Attribute("PRIVATE", "x"),
        )
    )
    _subject(draft, names.name(*_base(Attribute("CN", "signer"), extra)))
    identity = draft.rng.choice(
        (_MATCHING, f"{_MATCHING}, {extra.type}={extra.value!s}", "*")
    )
    _trusted(draft, "*" if identity == "*" else f"x509.subject: {identity}")


@rule("identity-leaf-attribute-twice")
def _leaf_twice(draft: Draft) -> None:
    kind = draft.rng.choice(("C", "ST", "O", "OU", "CN", "L", "SERIALNUMBER"))
    first, second = draft.rng.choice((("a", "a"), ("a", "b"), ("", "b"), ("Acme", "x")))
    _subject(draft, names.name(*_base(Attribute(kind, first), Attribute(kind, second))))
    identity = draft.rng.choice(
        (_MATCHING, f"{_MATCHING}, CN=b", f"{_MATCHING}, CN=a", "*")
    )
    _trusted(draft, "*" if identity == "*" else f"x509.subject: {identity}")


@rule("identity-leaf-multi-valued")
def _leaf_multi_valued(draft: Draft) -> None:
    first, *rest = _base(Attribute("CN", "signer"))
    rdns: list[tuple[Attribute, ...]] = [
        (first, rest[0]),
        *((each,) for each in rest[1:]),
    ]
    if draft.rng.random() < 0.5:
        rdns = [(first,), (rest[0],), tuple(rest[1:])]
    if draft.rng.random() < 0.3:
        rdns.append((Attribute("OU", "a"), Attribute("OU", "b")))
    _subject(draft, tuple(rdns))
    _trusted(draft, draft.rng.choice((f"x509.subject: {_MATCHING}", "*")))


_VALUES = (
    "a,b",
    "a+b",
    "a=b",
    "a=#b",
    "#a",
    " a",
    "a ",
    " ",
    "a  b",
    'a"b',
    "a\\b",
    "a;b",
    "a<b>",
    "a\0b",
    "a\nb",
    "a/b",
    "é",
    "\U0001f512",
    "e\u0301",
    "\\20",
    "a\\",
    "CN=x",
    "\u00a0a",
    "a\u00a0",
    "\t",
)


@rule("identity-leaf-values")
def _leaf_values(draft: Draft) -> None:
    """Values that must be escaped in text, and what a policy writes for them."""
    value = draft.rng.choice(_VALUES)
    _subject(draft, names.name(*_base(Attribute("CN", value))))
    escaped = "".join(f"\\{byte:02x}" for byte in value.encode())
    _trusted(
        draft,
        "x509.subject: "
        + draft.rng.choice(
            (_MATCHING, f"{_MATCHING}, CN={escaped}", f"{_MATCHING}, CN={value}")
        ),
    )


@rule("identity-leaf-string-types")
def _leaf_strings(draft: Draft) -> None:
    tag, value = draft.rng.choice(
        (
            (der.PRINTABLE_STRING, "Acme"),
            (der.UTF8_STRING, "Acme"),
            (der.IA5_STRING, "Acme"),
            (der.T61_STRING, "Acme"),
            (der.BMP_STRING, "Acme"),
            (18, "123"),
            (der.PRINTABLE_STRING, "A@b_c"),
            (der.PRINTABLE_STRING, "A*b"),
            (der.PRINTABLE_STRING, "A&b"),
            (der.T61_STRING, "Acmé"),
            (der.UTF8_STRING, "Acmé"),
        )
    )
    attributes = [
        Attribute("C", "US", der.PRINTABLE_STRING),
        Attribute("ST", "WA"),
        Attribute("O", value, tag),
    ]
    _subject(draft, names.name(*attributes))
    _trusted(draft, draft.rng.choice((f"x509.subject: C=US, ST=WA, O={value}", "*")))


@rule("identity-leaf-order")
def _leaf_order(draft: Draft) -> None:
    attributes = list(_base(Attribute("CN", "signer"), Attribute("L", "Seattle")))
    draft.rng.shuffle(attributes)
    _subject(draft, names.name(*attributes))
    _trusted(draft, f"x509.subject: {_MATCHING}, CN=signer")


@rule("identity-leaf-empty-subject")
def _leaf_empty(draft: Draft) -> None:
    _subject(draft, ())
    _trusted(draft, draft.rng.choice((f"x509.subject: {_MATCHING}", "*")))


@rule("identity-stricter-name-text")
def _name_text(draft: Draft) -> None:
    """A further identity has escaped bytes that are no UTF-8."""
    draft.statement["trustedIdentities"] = [
        f"x509.subject: {subject_text(draft.leaf.subject)}",
        r"x509.subject: C=DE, ST=B, O=\ff\fe",
    ]
