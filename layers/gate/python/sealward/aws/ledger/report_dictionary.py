"""Dictionaries: what reports have in common, so that a small one packs well.

A report names the same fields and says the same sentences as the one before; on its own
it is too short for a compressor to learn that. What is stored was packed with one of
these: none may ever be changed or removed. A better one takes the next number.
"""

from collections.abc import Mapping
from typing import Final

_FIRST: Final = (
    b'"rejected":"malformed""refused_before":"unread":"aside":{"candidates_more":{'
    b'"algorithm":"PS384""PS256""ES256""ES512""scheme":"notary.x509.signingAuthority"'
    b'"anchor":"signingAuthority:aws-signer-ts":signer:/signing-profi'
    b'les/"outcome":"failed","reason":"not-anchored""identity-not-trusted""revoked"'
    b'"action":"archive","decided_at":"restore""id":"sk":"intent#"reason":"unsigned"'
    b'"verdict":"untrusted","verdict":"inconclusive","verdict":"covered","verdict":'
    b'"exempt","verdict":"ungoverned","verdict":"unsigned"'
    b"no good signature yet; one may arrive until :00 UTC"
    b'{"entries":[{"at":"2026-","report":{"bundle_digest":"sha256:","bundle_serial":1,'
    b'"candidates":[],"candidates_total":0,"covered_by":null,"detail":"no signature'
    b'","evidence":"","exhausted":true,"reason":"grace","statement":"","statement_hash'
    b'":"","step":"none","strict_verdict":"pending","verdict":"pending"},"sk":"h#00000'
    b'0000001#2026-:00.000000Z","verdict":"pending","version":1}'
    b',{"at":"2026-","report":{"bundle_digest":"sha256:","bundle_serial":1,'
    b'"candidates":[{"algorithm":"ES384","anchor":"ca:","certificates":["","",""],'
    b'"checks":[{"check":"signature","detail":"ES384 by the leaf\'s key","outcome":'
    b'"passed"},{"check":"certificate-chain","detail":"3 certificates up to a self-sig'
    b'ned root","outcome":"passed"},{"check":"payload","detail":"of sha256:","outcome"'
    b':"passed"},{"check":"critical-attributes","detail":"every critical attribute is '
    b'understood","outcome":"passed"},{"check":"authenticity","detail":"ca: holds CN=,'
    b'O=,L=,ST=,C=US (","outcome":"passed"},{"check":"trusted-identity","detail":"CN=,'
    b'O=,L=,ST=,C=US matches x509.subject: CN=,O=,ST=,C=US","outcome":"passed"},{"chec'
    b'k":"expiry","detail":"the signature does not expire","outcome":"passed"},{"check'
    b'":"authentic-timestamp","detail":"every certificate is valid at 2026-+00:00 (now'
    b': the statement names no tsa store)","outcome":"passed"},{"check":"revocation",'
    b'"detail":"level skips revocation","outcome":"skipped","reason":"level-skips"}],'
    b'"conclusion":"satisfied","identity":"x509.subject: CN=,O=,L=,ST=,C=US","level":'
    b'"strict","scheme":"notary.x509","signature":"sha256:","statement":""}],"candidat'
    b'es_total":1,"covered_by":null,"detail":"signed by x509.subject: CN=","evidence":'
    b'"","exhausted":true,"reason":"satisfied","statement":"","statement_hash":"","ste'
    b'p":"none","strict_verdict":"trusted","verdict":"trusted"},"sk":"h#000000000002#2'
    b'026-:00.000000Z","verdict":"trusted","version":2}]}'
)

DICTIONARIES: Final[Mapping[int, bytes]] = {1: _FIRST}
"""By number."""
NEWEST: Final = max(DICTIONARIES)
"""The number of the one that is packed with."""
