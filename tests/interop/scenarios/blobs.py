"""Blobs: which file a signature is of, and which statement it is held against."""

import copy
import hashlib
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from notation_verifier import Descriptor
from tests import forge
from tests.interop.blob_judges import BlobHome, SignedBlob, find_blob_notation
from tests.interop.workbench import FORMATS, LEVELS, Workbench

Document = dict[str, Any]
CONTENT = b"a release asset\n" * 99
MEDIA_TYPE = "application/octet-stream"
SIGNER = forge.chain(2, algorithm="ES256", subject="Blob")
SKIP = {"name": "skipped", "signatureVerification": {"level": "skip"}}


class BlobBench:
    """Asks both about blobs, each question with a folder of its own."""

    def __init__(self, bench: Workbench, binary: Path) -> None:
        self._bench = bench
        self._binary = binary
        self._folder = bench.folder / "blobs"
        self._homes = 0
        self.store = self._folder / "truststore"

    def trust(self, name: str, signer: forge.Signer) -> None:
        """Put the signer's root into a store of type ``ca``."""
        folder = self.store / "x509" / "ca" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.der").write_bytes(signer.root_der)

    def home(self, document: Mapping[str, Any]) -> BlobHome:
        """Return a new configuration folder with this trust policy."""
        self._homes += 1
        folder = self._folder / f"home-{self._homes}"
        return BlobHome(self._binary, folder, document, self.store)

    def file(self, name: str, content: bytes = CONTENT) -> Path:
        """Write a file."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def signed(
        self, name: str, signer: forge.Signer = SIGNER, form: str = "jws", *how: str
    ) -> SignedBlob:
        """Return a file that the reference has signed."""
        path = self.file(name.replace(" ", "-"))
        home = self.home(sound())
        home.sign(path, signer, "--signature-format", form, *how)
        return SignedBlob(
            path=path, signature=path.with_name(f"{path.name}.{form}.sig")
        )

    def forged(self, name: str, envelope: bytes) -> SignedBlob:
        """Return a file with an envelope that the reference would not make."""
        name = name.replace(" ", "-")
        return SignedBlob(
            path=self.file(name), signature=self.file(f"{name}.jws.sig", envelope)
        )

    def ask(
        self,
        name: str,
        asked: SignedBlob,
        document: Mapping[str, Any] | None = None,
        *,
        stricter: str = "",
    ) -> None:
        """Ask both about a blob under a document."""
        home = self.home(document or sound())
        self._bench.add(
            "blob",
            name,
            ours=partial(home.ours, asked),
            reference=partial(home.reference, asked),
            stricter=stricter,
        )


def sound() -> Document:
    """Return a document with a global statement and another one."""
    shared = {
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:blob"],
        "trustedIdentities": ["*"],
    }
    return {
        "version": "1.0",
        "trustPolicies": [
            {"name": "first", "globalPolicy": True, **shared},
            {"name": "second", **copy.deepcopy(shared)},
        ],
    }


def ask(bench: Workbench) -> None:
    """Ask every question about blobs.

    Raises:
        SystemExit: there is no command to ask.
    """
    binary = find_blob_notation()
    if binary is None:
        raise SystemExit(
            "interop was NOT run: NOTATION_BLOB names no program; run `make interop` "
            "with Go 1.24 or later, or name a notation of version 2 with "
            "NOTATION_BLOB=/path/to/notation"
        )
    blobs = BlobBench(bench, binary)
    blobs.trust("blob", SIGNER)
    _ask_about_files(blobs)
    _ask_about_options(blobs)
    _ask_about_payloads(blobs)
    _ask_about_levels(blobs)
    _ask_about_documents(blobs)


def _ask_about_files(blobs: BlobBench) -> None:
    for algorithm, form in itertools.product(forge.ALGORITHMS, FORMATS):
        signer = forge.chain(2, algorithm=algorithm, ca_algorithm="ES384")
        blobs.trust(algorithm, signer)
        document = sound()
        document["trustPolicies"][0]["trustStores"] = [f"ca:{algorithm}"]
        good = blobs.signed(f"{algorithm}-{form}", signer, form)
        blobs.ask(f"{algorithm} {form}", good, document)
        other = blobs.file(f"other-{algorithm}-{form}", CONTENT + b" ")
        blobs.ask(
            f"{algorithm} {form}, other bytes", replace(good, path=other), document
        )
    good = blobs.signed("named")
    envelope = good.signature.read_bytes()
    for name in (
        "a.jws.sig",
        "a.JWS.SIG",
        "a.b.jws.sig",
        ".jws.sig",
        "jws.sig",
        "a.sig",
        "a.jws",
        "a.cose.sig",
        "a.pem.sig",
        "a.jws.sig.txt",
    ):
        signature = blobs.file(f"names/{name}", envelope)
        blobs.ask(f"a signature called {name}", replace(good, signature=signature))
    for name, content in (("empty", b""), ("junk", b"junk"), ("an object", b"{}")):
        blobs.ask(f"a signature that is {name}", blobs.forged(name, content))


def _ask_about_options(blobs: BlobBench) -> None:
    plain = blobs.signed("plain")
    text = blobs.signed("text", SIGNER, "jws", "--media-type", "text/plain")
    for name, asked, media_type in (
        ("octets, any", plain, None),
        ("octets", plain, MEDIA_TYPE),
        ("octets, text wanted", plain, "text/plain"),
        ("octets in upper case wanted", plain, MEDIA_TYPE.upper()),
        ("text", text, "text/plain"),
        ("text, any", text, None),
        ("text with a parameter wanted", text, "text/plain; charset=utf-8"),
        ("text, octets wanted", text, MEDIA_TYPE),
        ("no media type wanted", text, "text"),
    ):
        blobs.ask(f"media type: {name}", replace(asked, media_type=media_type))
    said = ("--user-metadata", "release=stable", "--user-metadata", "number=1=1")
    for form in FORMATS:
        good = blobs.signed(f"metadata-{form}", SIGNER, form, *said)
        for name, required in (
            ("one", {"release": "stable"}),
            ("both", {"release": "stable", "number": "1=1"}),
            ("an empty value", {"release": ""}),
            ("another value", {"release": "beta"}),
            ("another key", {"Release": "stable"}),
            ("a missing key", {"missing": ""}),
            ("one of two", {"release": "stable", "missing": "x"}),
        ):
            asked = replace(good, user_metadata=required)
            blobs.ask(f"metadata {form}: {name}", asked)
    with_skip, no_global = sound(), sound()
    with_skip["trustPolicies"].append(SKIP)
    del no_global["trustPolicies"][0]["globalPolicy"]
    for name in ("first", "second", "Second", "second ", " ", "third", "skipped"):
        asked = replace(plain, policy_name=name)
        blobs.ask(f"the statement {name!r}", asked, with_skip)
    blobs.ask("no statement is global", plain, no_global)
    blobs.ask("named, none is global", replace(plain, policy_name="second"), no_global)


def _target(**changes: Any) -> dict[str, Any]:
    target = {
        "mediaType": MEDIA_TYPE,
        "digest": f"sha256:{hashlib.sha256(CONTENT).hexdigest()}",
        "size": len(CONTENT),
        **changes,
    }
    return {name: value for name, value in target.items() if value is not forge.OMIT}


def _ask_about_payloads(blobs: BlobBench) -> None:
    sha384 = f"sha384:{hashlib.sha384(CONTENT).hexdigest()}"
    digest = hashlib.sha256(CONTENT).hexdigest()
    for name, target, stricter in (
        ("as it should be", _target(), ""),
        (
            "more members",
            _target(annotations={"a": "b"}, urls=["u"]),
            "",
        ),
        ("a digest of another algorithm", _target(digest=sha384), ""),
        ("a digest in upper case", _target(digest=f"sha256:{digest.upper()}"), ""),
        ("no digest", _target(digest=forge.OMIT), ""),
        ("another size", _target(size=len(CONTENT) + 1), ""),
        ("no size", _target(size=forge.OMIT), ""),
        ("a size as text", _target(size=str(len(CONTENT))), ""),
        ("annotations that are none", _target(annotations=["a"]), ""),
        ("no media type", _target(mediaType=forge.OMIT), "payload"),
    ):
        payload = _payload(target)
        envelope = forge.jws_envelope(payload, SIGNER)
        blobs.ask(
            f"payload: {name}",
            blobs.forged(f"payload {name}", envelope),
            stricter=stricter,
        )
    empty = forge.jws_envelope(b"{}", SIGNER)
    blobs.ask("payload: empty", blobs.forged("payload empty", empty))
    image = Descriptor(
        media_type="application/vnd.oci.image.manifest.v1+json",
        digest=f"sha256:{digest}",
        size=len(CONTENT),
    )
    manifest = blobs.forged("a manifest", forge.sign(image, SIGNER))
    blobs.ask("a manifest in a file, any media type", manifest)
    blobs.ask("a manifest in a file", replace(manifest, media_type=image.media_type))


def _payload(target: Mapping[str, Any]) -> bytes:
    """Return a payload with this target artifact."""
    return json.dumps({"targetArtifact": target}).encode()


def _ask_about_levels(blobs: BlobBench) -> None:
    good = blobs.signed("levels")
    stranger = blobs.signed("stranger", forge.chain(2, algorithm="ES256", subject="S"))
    tampered = blobs.forged(
        "tampered",
        forge.jws_envelope(_payload(_target()), SIGNER, members={"signature": "AAAA"}),
    )
    expired = blobs.forged(
        "expired",
        forge.jws_envelope(
            _payload(_target()), SIGNER, expiry=forge.SIGNING_TIME.replace(day=2)
        ),
    )
    for level, written in LEVELS.items():
        document = sound()
        document["trustPolicies"][0]["signatureVerification"] = written
        for name, asked in (
            ("good", good),
            ("not anchored", stranger),
            ("tampered", tampered),
            ("expired", expired),
            ("required metadata is missing", replace(good, user_metadata={"a": "b"})),
        ):
            blobs.ask(f"{name}: {level}", asked, document)


def _first(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["trustPolicies"][0].update(fields)


def _second(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["trustPolicies"][1].update(fields)


DOCUMENTS: Mapping[str, tuple[Callable[[Document], None], str]] = {
    "as it should be": (lambda _document: None, ""),
    "global said to be false": (_second(globalPolicy=False), ""),
    "global said to be null": (_second(globalPolicy=None), ""),
    "two are global": (_second(globalPolicy=True), ""),
    "global as text": (_second(globalPolicy="true"), ""),
    "global as a number": (_second(globalPolicy=1), ""),
    "a name twice": (_second(name="first"), ""),
    "no name": (_second(name=""), ""),
    "version 2.0": (lambda document: document.update(version="2.0"), ""),
    "no version": (lambda document: document.update(version=""), ""),
    "no statement": (lambda document: document.update(trustPolicies=[]), ""),
    "a statement for images": (_second(registryScopes=["*"]), "policy-members"),
    "a global statement that skips": (
        lambda document: document["trustPolicies"].__setitem__(
            0, {**SKIP, "globalPolicy": True}
        ),
        "",
    ),
    "unknown level": (_second(signatureVerification={"level": "lax"}), ""),
    "integrity overridden": (
        _second(
            signatureVerification={"level": "strict", "override": {"integrity": "log"}}
        ),
        "",
    ),
    "no stores": (_second(trustStores=[]), ""),
    "no identities": (_second(trustedIdentities=[]), ""),
    "a store of unknown type": (_second(trustStores=["root:blob"]), ""),
    "anyone and someone": (
        _second(trustedIdentities=["*", "x509.subject: C=US, ST=WA, O=a"]),
        "",
    ),
    "an identity that is not this one": (
        _first(trustedIdentities=["x509.subject: C=US, ST=WA, O=other"]),
        "",
    ),
    "a store that is not there": (_first(trustStores=["ca:nowhere"]), ""),
    "skip with stores": (
        _second(signatureVerification={"level": "skip"}),
        "",
    ),
}


def _ask_about_documents(blobs: BlobBench) -> None:
    good = blobs.signed("documents")
    document = sound()
    document["trustPolicies"][0] = {**SKIP, "globalPolicy": True}
    blobs.ask(
        "document: a global statement that skips, another asked for",
        replace(good, policy_name="second"),
        document,
        stricter="global-skip",
    )
    for name, (change, stricter) in DOCUMENTS.items():
        document = sound()
        change(document)
        blobs.ask(f"document: {name}", good, document, stricter=stricter)
