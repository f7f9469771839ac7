"""Signatures that a timestamp authority countersigned, and statements that want one.

The real ``notation`` signs, asking an authority over loopback; what it would not sign
with or would not take (an expired certificate, an odd token) is forged.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.layouts.images import attach
from demo.layouts.oci_layout import OciLayout
from tests import forge
from tests.forge import Signer
from tests.forge import timestamps as ts
from tests.forge.revocation import generalized
from tests.interop.timestamp_authority import Reply, by_openssl, forged, serve
from tests.interop.workbench import FORMATS, Workbench

NOT_RUN: list[str] = []
"""What could not be asked here; the comparison names it at its end."""

_SIGNED = datetime(2026, 3, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_MEDIA_TYPES = {"jws": forge.JWS, "cose": forge.COSE}
WHEN = (None, "always", "afterCertExpiry")


def ask(bench: Workbench) -> None:
    """Ask about timestamps right and wrong, under statements that want them or not."""
    _ask_signed(bench)
    _ask_forged(bench)


def _level(when: str | None, level: str = "strict") -> dict[str, Any]:
    wanted = {} if when is None else {"verifyTimestamp": when}
    return {"level": level, **wanted}


def _authorities(bench: Workbench) -> Iterator[tuple[str, Signer, Reply]]:
    for algorithm, length in (("ES256", 3), ("ES384", 2), ("PS256", 3)):
        signer = ts.authority(length, algorithm=algorithm)
        yield f"forge {algorithm} of {length}", signer, forged(signer)
    for algorithm, digest in (("PS256", "sha256"), ("ES384", "sha512")):
        signer = ts.authority(3, algorithm=algorithm)
        folder = bench.folder / f"openssl-{algorithm}"
        reply = by_openssl(signer, folder, digest=digest)
        if reply is None:
            NOT_RUN.append(f"tokens of openssl ts ({algorithm}): no openssl on PATH")
        else:
            yield f"openssl {algorithm} {digest}", signer, reply


def _ask_signed(bench: Workbench) -> None:
    """Signed and countersigned as the command does it."""
    signer = forge.chain(3, algorithm="ES256")
    anchor = bench.store("ca:stamped", signer.root_der)
    other = bench.store("tsa:other", ts.authority(2, algorithm="ES512").root_der)
    for (name, authority, reply), form in itertools.product(
        _authorities(bench), FORMATS
    ):
        root = bench.folder / "tsa-root.pem"
        root.write_bytes(authority.root_pem)
        with serve(reply) as url:
            image = bench.signed(
                f"stamped {name} {form}",
                signer,
                signature_format=form,
                timestamp_url=url,
                timestamp_root=str(root),
            )
        clock = bench.store(f"tsa:{name.replace(' ', '-')}", authority.root_der)
        for stores, when in itertools.product(
            ((), (clock,), (other,), (other, clock)), WHEN
        ):
            named = " and ".join(stores) or "no tsa store"
            bench.ask(
                "timestamp",
                f"{name} {form}: {named}, {when or 'unsaid'}",
                image,
                stores=[anchor, *stores],
                level=_level(when),
            )


def _stamped(
    bench: Workbench,
    name: str,
    signer: Signer,
    form: str,
    token: Callable[[bytes], bytes | None],
) -> tuple[OciLayout, str]:
    """Return a layout with a forged image whose signature carries ``token`` of it."""
    layout, image = bench.layout(name)
    subject = layout.descriptor(image["digest"])
    how: dict[str, Any] = {"signing_time": _SIGNED}
    plain = forge.sign(subject, signer, form, **how)
    stamp = token(forge.signature_of(plain))
    envelope = forge.sign(subject, signer, form, **how, timestamp=stamp)
    attach(layout, image, (envelope, _MEDIA_TYPES[form]))
    return layout, image["digest"]


def _tokens(
    authority: Signer,
) -> dict[str, Callable[[bytes], bytes | None]]:
    """Return tokens by what is special about them."""

    def made(moment: datetime = _SIGNED, **changes: Any) -> Callable[[bytes], bytes]:
        return lambda signature: ts.Token(
            signer=authority,
            message=signature,
            time=generalized(moment),
            attributes={ts.SIGNING_TIME: None},
            **changes,
        ).der()

    return {
        "a right token": made(),
        "no token": lambda _signature: None,
        "the token of another": lambda _signature: made()(b"another signature"),
        "stamped after the certificate": made(_SIGNED + 40 * _DAY),
        "stamped before the certificate": made(_SIGNED - 40 * _DAY),
        "no certificates": made(certificates=()),
        "the root as well": made(certificates=authority.ders),
        "accurate to an hour": made(accuracy=ts.accuracy(3600)),
        "accurate to forty days": made(accuracy=ts.accuracy(40 * 86400)),
        "tampered": lambda signature: made()(signature)[:-1] + b"\0",
        "sha-1": made(hash=ts.SHA1),
    }


def _ask_forged(bench: Workbench) -> None:
    """An expired certificate, and a timestamp of when it was not."""
    lives: dict[str, Any] = {
        "not_before": _SIGNED - 30 * _DAY,
        "not_after": _SIGNED + 30 * _DAY,
    }
    expired = forge.chain(3, algorithm="ES256", **lives)
    current = forge.chain(3, algorithm="ES256", subject="Current")
    authority = ts.authority(3)
    anchor = bench.store("ca:expired", expired.root_der)
    clock = bench.store("tsa:forged", authority.root_der)
    for signer, age in ((expired, "expired"), (current, "current")):
        for (name, token), form in itertools.product(
            _tokens(authority).items(), FORMATS
        ):
            image = _stamped(bench, f"{name} {age} {form}", signer, form, token)
            for stores, when in itertools.product(((), (clock,)), WHEN):
                if not stores and (name != "a right token" or when is None):
                    continue
                # Looked at, and reaching past no end of the certificate's.
                counts = stores and age == "current" and when != "afterCertExpiry"
                odd = counts and name == "accurate to forty days"
                where = "tsa store" if stores else "no tsa store"
                bench.ask(
                    "timestamp",
                    f"{name}, {age} {form}: {where}, {when or 'unsaid'}",
                    image,
                    stores=[anchor, *stores],
                    level=_level(when),
                    stricter="tsa-info" if odd else "",
                )
