"""Trust policy documents, valid and not: every rule the reference has for one.

Trust-store-trust-policy, Trust Policy Constraints and Signature Verification details.
"""

from collections.abc import Callable
from typing import Any

from tests.differential.draft import Draft
from tests.differential.encoding import Pairs, Text, json_text
from tests.differential.rules import rule


def _alone(draft: Draft) -> None:
    """Most documents are compared without an envelope: cheaper, and the same answer."""
    draft.with_envelope = draft.rng.random() < 0.3


def _verification(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = draft.statement["signatureVerification"]
    return found


@rule("policy-version")
def _version(draft: Draft) -> None:
    _alone(draft)
    value: Any = draft.rng.choice(
        ("", "1", "2.0", "1.0 ", "1.0.0", None, 1.0, Text("1.0"), [])
    )
    draft.on_document = lambda document: document.put("version", value)


@rule("policy-version-absent")
def _version_absent(draft: Draft) -> None:
    _alone(draft)
    draft.on_document = lambda document: document.drop("version")


@rule("policy-no-statements")
def _no_statements(draft: Draft) -> None:
    _alone(draft)
    value: Any = draft.rng.choice(([], None, {}, "x", [None], [[]], [{}], "absent"))

    def change(document: Pairs) -> None:
        if value == "absent":
            document.drop("trustPolicies")
        else:
            document.put("trustPolicies", value)

    draft.on_document = change


@rule("policy-no-document")
def _no_document(draft: Draft) -> None:
    _alone(draft)
    draft.policy = draft.rng.choice(
        (
            b"",
            b"null",
            b"[]",
            b"{}",
            b"{",
            b"1",
            b'"x"',
            b"\0",
            b" ",
            b"#",
            b"version: 1",
        )
    )


@rule("policy-bytes-around")
def _bytes_around(draft: Draft) -> None:
    _alone(draft)
    before, after = draft.rng.choice(
        (
            (b"", b"\n"),
            (b" \r\n\t", b""),
            (b"", b"x"),
            (b"", b"{}"),
            (b"", b"}"),
            (b"\xef\xbb\xbf", b""),
            (b"// why\n", b""),
            (b"", b"\0"),
        )
    )
    draft.on_policy = lambda text: before + text + after


@rule("policy-unknown-member")
def _unknown_member(draft: Draft) -> None:
    _alone(draft)
    pair: Any = draft.rng.choice(
        (("extra", 1), ("overide", {}), ("", None), ("$schema", "x"))
    )
    match draft.rng.randrange(3):
        case 0:
            draft.on_document = lambda document: document.append(pair)
        case 1:
            draft.statement[pair[0]] = pair[1]
        case _:
            _verification(draft)[pair[0]] = pair[1]


@rule("policy-member-twice")
def _member_twice(draft: Draft) -> None:
    _alone(draft)
    first = draft.rng.random() < 0.5

    def change(document: Pairs) -> None:
        name, value = draft.rng.choice(
            (("version", "2.0"), ("version", "1.0"), ("trustPolicies", []))
        )
        document.insert(0 if first else len(document), (name, value))

    def twice(document: Pairs) -> None:
        statement = Pairs(draft.statement.items())
        name, value = draft.rng.choice(
            (
                ("name", "other"),
                ("registryScopes", ["*"]),
                ("signatureVerification", {"level": "audit"}),
                ("trustStores", ["ca:other"]),
                ("trustedIdentities", ["*"]),
            )
        )
        statement.insert(0 if first else len(statement), (name, value))
        document.put("trustPolicies", [*draft.other_statements, statement])

    draft.on_document = draft.rng.choice((change, twice))


@rule("policy-member-case")
def _member_case(draft: Draft) -> None:
    _alone(draft)
    rng = draft.rng
    vary: Callable[[str], str] = rng.choice((str.upper, str.lower, str.title))

    def document_level(document: Pairs) -> None:
        name = rng.choice(("version", "trustPolicies"))
        document.rename(name, vary(name))

    if rng.random() < 0.3:
        draft.on_document = document_level
    elif rng.random() < 0.7:
        name = rng.choice(tuple(draft.statement))
        draft.statement[vary(name)] = draft.statement.pop(name)
    else:
        verification = _verification(draft)
        name = rng.choice(tuple(verification))
        verification[vary(name)] = verification.pop(name)


@rule("policy-member-of-another-type")
def _member_type(draft: Draft) -> None:
    _alone(draft)
    rng = draft.rng
    value = rng.choice(
        (None, 7, True, False, 0, "", "x", [], {}, [7], [None], {"a": 1})
    )
    if rng.random() < 0.6:
        draft.statement[rng.choice(tuple(draft.statement))] = value
    else:
        name = rng.choice(("level", "override", "verifyTimestamp"))
        _verification(draft)[name] = value


@rule("policy-name-missing")
def _name_missing(draft: Draft) -> None:
    _alone(draft)
    if draft.rng.random() < 0.5:
        draft.statement["name"] = draft.rng.choice(("", None))
    else:
        del draft.statement["name"]


@rule("policy-name-twice")
def _name_twice(draft: Draft) -> None:
    _alone(draft)
    name = draft.statement["name"]
    if draft.rng.random() < 0.3:
        name = draft.rng.choice((name.upper(), name + " "))
    draft.other_statements = [
        {
            "name": name,
            "registryScopes": ["elsewhere.example/y"],
            "signatureVerification": {"level": "skip"},
        }
    ]


@rule("policy-level-unknown")
def _level_unknown(draft: Draft) -> None:
    _alone(draft)
    _verification(draft)["level"] = draft.rng.choice(
        ("", "Strict", "custom", "none", " strict", "enforce")
    )


@rule("policy-level-absent")
def _level_absent(draft: Draft) -> None:
    _alone(draft)
    if draft.rng.random() < 0.5:
        del _verification(draft)["level"]
    else:
        del draft.statement["signatureVerification"]


@rule("policy-override-unknown")
def _override_unknown(draft: Draft) -> None:
    _alone(draft)
    name, action = draft.rng.choice(
        (
            ("authenticity", "Enforce"),
            ("authenticity", ""),
            ("authenticity", "warn"),
            ("Authenticity", "log"),
            ("revocations", "skip"),
            ("", "log"),
            ("expiry", None),
            ("signature", "log"),
        )
    )
    _verification(draft)["override"] = {name: action}


@rule("policy-override-integrity")
def _override_integrity(draft: Draft) -> None:
    _alone(draft)
    _verification(draft)["override"] = {
        "integrity": draft.rng.choice(("enforce", "log", "skip"))
    }


@rule("policy-override-skip")
def _override_skip(draft: Draft) -> None:
    _alone(draft)
    name = draft.rng.choice(
        ("authenticity", "authenticTimestamp", "expiry", "revocation")
    )
    _verification(draft)["override"] = {name: "skip"}


@rule("policy-override-twice")
def _override_twice(draft: Draft) -> None:
    _verification(draft)["override"] = Pairs([("expiry", "log"), ("expiry", "enforce")])


@rule("policy-override-of-skip")
def _override_of_skip(draft: Draft) -> None:
    _skip(draft)
    _verification(draft)["override"] = draft.rng.choice(
        ({}, None, {"expiry": "log"}, {"revocation": "skip"})
    )


@rule("policy-verify-timestamp")
def _verify_timestamp(draft: Draft) -> None:
    _alone(draft)
    _verification(draft)["verifyTimestamp"] = draft.rng.choice(
        ("", "always", "afterCertExpiry", "aftercertexpiry", "never", " always")
    )


def _skip(draft: Draft) -> None:
    draft.statement["signatureVerification"] = {"level": "skip"}
    draft.statement["trustStores"] = []
    draft.statement["trustedIdentities"] = []


@rule("policy-skip")
def _skips(draft: Draft) -> None:
    """Nothing is verified, whatever the envelope."""
    _skip(draft)
    if draft.rng.random() < 0.5:
        del draft.statement["trustStores"], draft.statement["trustedIdentities"]
    if draft.rng.random() < 0.5:
        draft.on_envelope = lambda _: b"junk"


@rule("policy-skip-with-trust")
def _skip_with_trust(draft: Draft) -> None:
    _alone(draft)
    _skip(draft)
    if draft.rng.random() < 0.5:
        draft.statement["trustStores"] = ["ca:acme"]
    if draft.rng.random() < 0.7:
        draft.statement["trustedIdentities"] = ["*"]


@rule("policy-without-trust")
def _without_trust(draft: Draft) -> None:
    _alone(draft)
    name = draft.rng.choice(("trustStores", "trustedIdentities"))
    if draft.rng.random() < 0.5:
        del draft.statement[name]
    else:
        draft.statement[name] = draft.rng.choice(([], None))


@rule("policy-store-name")
def _store_name(draft: Draft) -> None:
    _alone(draft)
    value: Any = draft.rng.choice(
        (
            "acme",
            "ca",
            "ca:",
            ":acme",
            "CA:acme",
            "ca:a/b",
            "ca:a b",
            "ca:..",
            "ca:.",
            "ca:a:b",
            "ca:ä",
            "signingauthority:acme",
            "tsa:x",
            "",
            "ca:acme\n",
            " ca:acme",
            "ca:" + "x" * 300,
        )
    )
    stores = draft.statement["trustStores"]
    if draft.rng.random() < 0.5:
        stores.append(value)
    else:
        draft.statement["trustStores"] = [value]


@rule("policy-store-twice")
def _store_twice(draft: Draft) -> None:
    draft.statement["trustStores"] *= 2


@rule("policy-wrong-statement-elsewhere")
def _elsewhere(draft: Draft) -> None:
    """A statement for another repository breaks the whole document."""
    _alone(draft)
    other: dict[str, Any] = {
        "name": "elsewhere",
        "registryScopes": ["elsewhere.example/x"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme"],
        "trustedIdentities": ["*"],
    }
    other.update(
        draft.rng.choice(
            (
                {"trustStores": []},
                {"registryScopes": []},
                {"trustedIdentities": ["*", "*"]},
                {"signatureVerification": {"level": "no"}},
                {"trustStores": ["x"]},
                {"registryScopes": ["elsewhere.example/x", "elsewhere.example/x"]},
                {},
            )
        )
    )
    draft.other_statements = [other]


@rule("policy-json-spelling")
def _json_spelling(draft: Draft) -> None:
    _alone(draft)
    name = draft.rng.choice(
        (
            Text('"\\u0070"'),
            Text('"\\ud800"'),
            Text('"\\udc00\\ud800"'),
            Text('"a\\/b"'),
            Text('"a\nb"'),
            Text('"\x7f"'),
            Text("'p'"),
            Text('"p",'),
            Text('"p"/**/'),
        )
    )
    draft.statement["name"] = name


@rule("policy-json-bytes")
def _json_bytes(draft: Draft) -> None:
    _alone(draft)
    piece = draft.rng.choice(
        (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80")
    )
    draft.statement["name"] = "MARK"
    draft.on_policy = lambda text: text.replace(b"MARK", piece)


@rule("policy-mutated")
def _mutated(draft: Draft) -> None:
    """One byte of the document changed, inserted or left out."""
    _alone(draft)
    rng = draft.rng

    def mutate(text: bytes) -> bytes:
        place = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                return text[:place] + text[place + 1 :]
            case 1:
                return text[:place] + bytes((rng.randrange(32, 127),)) + text[place:]
            case 2:
                return text[:place] + bytes((text[place] ^ 0x20,)) + text[place + 1 :]
            case _:
                changed = bytes((rng.randrange(256),))
                return text[:place] + changed + text[place + 1 :]

    draft.on_policy = mutate


@rule("policy-many-statements")
def _many(draft: Draft) -> None:
    draft.other_statements = [
        {
            "name": f"statement {number}",
            "registryScopes": [f"elsewhere.example/{number}"],
            "signatureVerification": {"level": "skip"},
        }
        for number in range(draft.rng.choice((20, 60)))
    ]


@rule("policy-white-space")
def _white_space(draft: Draft) -> None:
    _alone(draft)
    draft.on_document = lambda document: Text(
        json_text(document).replace(",", " ,\r\n\t").replace(":[", " : [")
    )
