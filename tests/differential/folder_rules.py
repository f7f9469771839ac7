"""Trust stores on disk, as both commands read them: files, links, folders, rights.

Trust Store, directory structure. The reference reads a store when a signature needs it;
we read every store that a statement names before any signature.
"""

import textwrap
from base64 import b64encode
from dataclasses import replace

from tests.differential import certificates, good, names
from tests.differential.case import Entry
from tests.differential.draft import Draft
from tests.differential.rules import rule

_CA_CHAINS = (2, 3, 4)
_NAMES = (
    "root.pem",
    "root.crt",
    "root.der",
    "root",
    "0",
    "a b.cer",
    ".hidden",
    "Ä.pem",
)


def _pem(der: bytes, *, label: str = "CERTIFICATE", line: int = 64) -> bytes:
    body = "\n".join(textwrap.wrap(b64encode(der).decode(), line))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


def _place(draft: Draft, name: str = "", *, store: str = "acme") -> str:
    return f"x509/{draft.store_type}/{store}/{name}".rstrip("/")


def _anchor(draft: Draft) -> bytes:
    return draft.certificate(-1)


def _stranger(draft: Draft, *, ca: bool = True) -> bytes:
    key = draft.material.keys.key("p256", 9)
    template = replace(
        good.chain(draft.rng, draft.material, 2)[1],
        key=key,
        signer=key,
        subject=names.plain("stranger"),
        issuer=names.plain("stranger"),
        hash="sha256",
        padding="pkcs1",
    )
    if not ca:
        issuer = draft.material.keys.key("p256", 8)
        usage = certificates.key_usage([certificates.DIGITAL_SIGNATURE])
        template = replace(template, signer=issuer, extensions=(usage,))
    return draft.material.certificates.certificate(template)


def _files(draft: Draft, **contents: bytes) -> None:
    """Give the draft one store on disk, with these files."""
    draft.statement["trustStores"] = [f"{draft.store_type}:acme"]
    draft.folder = [
        Entry(path=_place(draft, name), content=content)
        for name, content in contents.items()
    ]


def _right(draft: Draft) -> Entry:
    """Give the draft a right store on disk; return the entry of its anchor."""
    draft.statement["trustStores"] = [f"{draft.store_type}:acme"]
    der = _anchor(draft)
    content = draft.rng.choice((der, _pem(der)))
    entry = Entry(path=_place(draft, "root.crt"), content=content)
    draft.folder = [entry]
    return entry


def _strict(draft: Draft) -> None:
    draft.statement["signatureVerification"] = {
        "level": draft.rng.choice(("strict", "strict", "permissive", "audit"))
    }


def _add(draft: Draft, *entries: Entry) -> None:
    assert draft.folder is not None
    draft.folder += entries


@rule("folder-good")
def _good(draft: Draft) -> None:
    """PEM or DER, one certificate a file or several, under any file name."""
    rng, der = draft.rng, _anchor(draft)
    other = _stranger(draft)
    content = rng.choice(
        (
            der,
            _pem(der),
            _pem(other) + _pem(der),
            _pem(der) + _pem(other),
            other + der,
            der + other,
        )
    )
    _files(draft, **{rng.choice(_NAMES): content})
    if rng.random() < 0.5:
        _add(draft, Entry(path=_place(draft, "zz.pem"), content=_pem(other)))


@rule("folder-pem-text")
def _pem_text(draft: Draft) -> None:
    """PEM with text around it, other line ends and lengths, headers, other blocks."""
    rng, der = draft.rng, _anchor(draft)
    pem = _pem(der)
    content = rng.choice(
        (
            b"subject=/CN=x\n" + pem,
            pem + b"\n\n# the end\n",
            pem.replace(b"\n", b"\r\n"),
            pem.rstrip(b"\n"),
            _pem(der, line=76),
            _pem(der, line=4096),
            pem.replace(b"-----\n", b"-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
            pem + _pem(b"\x30\x00", label="PRIVATE KEY"),
            _pem(der, label="TRUSTED CERTIFICATE"),
            _pem(der, label="X509 CERTIFICATE"),
            pem[: len(pem) // 2],
            pem.replace(b"END", b"end"),
            pem.replace(b"A", b"=", 1),
            b"\xef\xbb\xbf" + pem,
            pem.replace(b"\n", b" \n"),
            pem.replace(b"-----BEGIN", b" -----BEGIN"),
        )
    )
    _files(draft, **{"root.pem": content})
    _strict(draft)


@rule("folder-der-text")
def _der_text(draft: Draft) -> None:
    """DER with bytes around it, or cut short."""
    rng, der = draft.rng, _anchor(draft)
    content = rng.choice(
        (
            der + b"\n",
            b"\n" + der,
            der[:-1],
            der + der[:20],
            b64encode(der),
            der + b"\0" * rng.randrange(1, 9),
        )
    )
    _files(draft, **{"root.der": content})
    _strict(draft)


@rule("folder-file-is-link")
def _file_link(draft: Draft) -> None:
    entry = _right(draft)
    alone = draft.rng.random() < 0.5
    if alone:
        draft.folder = [Entry(path="elsewhere/root.crt", content=entry.content)]
    target = "../../../elsewhere/root.crt" if alone else "root.crt"
    target = draft.rng.choice((target, target, "nowhere"))
    _add(draft, Entry(path=_place(draft, "zz.crt"), link=target))
    _strict(draft)


@rule("folder-store-is-link")
def _store_link(draft: Draft) -> None:
    entry = _right(draft)
    draft.folder = [
        Entry(path=f"x509/{draft.store_type}/real/root.crt", content=entry.content),
        Entry(path=_place(draft), link=draft.rng.choice(("real", "real", "nowhere"))),
    ]
    _strict(draft)


@rule("folder-type-is-link")
def _type_link(draft: Draft) -> None:
    """The folder of the type is a link: nobody looks, and the store is used."""
    entry = _right(draft)
    draft.folder = [
        Entry(path="x509/real/acme/root.crt", content=entry.content),
        Entry(path=f"x509/{draft.store_type}", link="real"),
    ]


@rule("folder-store-is-file")
def _store_file(draft: Draft) -> None:
    entry = _right(draft)
    draft.folder = [Entry(path=_place(draft), content=entry.content)]
    _strict(draft)


@rule("folder-holds-folder")
def _holds_folder(draft: Draft) -> None:
    entry = _right(draft)
    if draft.rng.random() < 0.5:
        draft.folder = [Entry(path=_place(draft, "more/a.crt"), content=entry.content)]
    else:
        _add(draft, Entry(path=_place(draft, "more"), directory=True))
    _strict(draft)


@rule("folder-empty-file")
def _empty_file(draft: Draft) -> None:
    _right(draft)
    empty = draft.rng.choice((b"", b"\n", b"# nothing yet\n"))
    if draft.rng.random() < 0.3:
        draft.folder = []
    _add(draft, Entry(path=_place(draft, ".keep"), content=empty))
    _strict(draft)


@rule("folder-empty-store")
def _empty_store(draft: Draft) -> None:
    _right(draft)
    draft.folder = [Entry(path=_place(draft), directory=True)]
    _strict(draft)


@rule("folder-absent-store")
def _absent(draft: Draft) -> None:
    """No such store; or one whose name, or type, is written otherwise."""
    entry = _right(draft)
    place = draft.rng.choice(
        (
            "",
            f"x509/{draft.store_type}/Acme/root.crt",
            f"x509/{draft.store_type.upper()}/acme/root.crt",
            f"x509/{draft.store_type}/root.crt",
        )
    )
    draft.folder = [Entry(path=place, content=entry.content)] if place else []
    _strict(draft)


@rule("folder-second-store")
def _second(draft: Draft) -> None:
    """The statement names a second store, which is right, wrong, or not there."""
    _right(draft)
    draft.statement["trustStores"].append(f"{draft.store_type}:second")
    place = _place(draft, "a.pem", store="second")
    content = draft.rng.choice((_pem(_stranger(draft)), b"junk", b"", None))
    if content is not None:
        _add(draft, Entry(path=place, content=content))
    _strict(draft)


@rule("folder-no-anchor", lengths=_CA_CHAINS)
def _no_anchor(draft: Draft) -> None:
    """Neither a CA nor self-signed, alone or beside the anchor."""
    _right(draft)
    leaf = draft.rng.choice((draft.certificate(0), _stranger(draft, ca=False)))
    if draft.rng.random() < 0.5:
        draft.folder = []
    content = draft.rng.choice((leaf, _pem(leaf), _pem(_anchor(draft)) + _pem(leaf)))
    _add(draft, Entry(path=_place(draft, "leaf.crt"), content=content))
    _strict(draft)


@rule("folder-unreadable")
def _unreadable(draft: Draft) -> None:
    """Rights withheld; to root that is nothing, and to both alike."""
    entry = _right(draft)
    what = draft.rng.choice(("file", "store"))
    if what == "file":
        draft.folder = [replace(entry, mode=0)]
    else:
        _add(draft, Entry(path=_place(draft), directory=True, mode=0))
    _strict(draft)


@rule("folder-unnamed-store")
def _unnamed(draft: Draft) -> None:
    """What no statement names may be broken."""
    _right(draft)
    _add(
        draft,
        Entry(path=_place(draft, "a.pem", store="other"), content=b"junk"),
        Entry(path="x509/strange/a.pem", content=b"junk"),
        Entry(path="x509/readme.txt", content=b"junk"),
    )
