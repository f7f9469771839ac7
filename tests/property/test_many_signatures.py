"""Any referrers in any order: a good signature is found, and each is accounted for."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier import Descriptor
from sealward.decisions.refusals import lasting_refusal
from sealward.ledger import Recalled
from sealward.ports.failures import NotFound
from sealward.ports.registry import ImageStatus, Manifest, Referrer
from sealward.signatures import Bounds, read_signatures, shortlist
from sealward.signatures.retrieval import RECALL_FROM
from sealward.subjects import NOTARY_SIGNATURE, SubjectKey
from sealward.subjects.manifests import MANIFEST_LIMIT, OCI_MANIFEST
from sealward.verifications import Judge, Search, search
from tests import forge
from tests.unit.sealward.stand import bundle, signer

IMAGE: Final = Descriptor(
    media_type=OCI_MANIFEST, digest=f"sha256:{'1' * 64}", size=1_000
)
KEY: Final = SubjectKey(repository="prod/app", digest=IMAGE.digest)
GOOD: Final = "good"
DECOYS: Final = ("junk", "other identity", "tampered", "lost envelope")
BETRAYED: Final = (
    "archived",
    "large manifest",
    "no signature",
    "two layers",
    "other subject",
    "no manifest",
)
TRUSTED: Final = "ab" * 32
CREATED: Final = "org.opencontainers.image.created"
THUMBPRINTS: Final = "io.cncf.notary.x509chain.thumbprint#S256"


@cache
def envelope(kind: str) -> bytes:
    match kind:
        case "junk" | "lost envelope":
            return kind.encode()
        case "other identity":
            return forge.sign(IMAGE, signer("Other"))
        case "tampered":
            return forge.sign(IMAGE, signer(), members={"signature": "A" * 128})
        case _:
            return forge.sign(IMAGE, signer())


@cache
def held() -> tuple[Judge, frozenset[str]]:
    policy = bundle()
    judge = Judge(
        statement=policy.policies[0].statement,
        trust_stores=policy.trust_stores,
        signer_roots=policy.signer_roots,
        now=forge.NOW,
    )
    return judge, frozenset({TRUSTED})


@dataclass
class Place:
    """Holds what was attached; counts what it is asked."""

    listed: list[Referrer] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _manifests: dict[str, bytes] = field(default_factory=dict)
    _blobs: dict[str, bytes] = field(default_factory=dict)

    def attach(self, kind: str, number: int, annotations: Mapping[str, str]) -> None:
        subject = IMAGE
        if kind == "other subject":
            subject = Descriptor(
                media_type=OCI_MANIFEST, digest=f"sha256:{'2' * 64}", size=1_000
            )
        content, blobs = forge.signature_manifest(
            subject,
            envelope(kind),
            forge.JWS,
            annotations={**annotations, "n": str(number)},
        )
        if kind == "two layers":
            content = content.replace(b'"layers":[', b'"layers":[{},')
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.kinds[digest] = kind
        if kind != "no manifest":
            self._manifests[digest] = content
        if kind != "lost envelope":
            self._blobs |= blobs
        self.listed.append(
            Referrer(
                digest=digest,
                media_type=OCI_MANIFEST,
                artifact_type="application/spdx+json"
                if kind == "no signature"
                else NOTARY_SIGNATURE,
                size=70_000 if kind == "large manifest" else len(content),
                status=ImageStatus.ARCHIVED
                if kind == "archived"
                else ImageStatus.ACTIVE,
                annotations=dict(annotations),
            )
        )

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        assert (repository, largest) == (KEY.repository, 64 * 1024)
        self.calls["manifests"] += 1
        return {
            digest: Manifest(
                digest=digest, media_type=OCI_MANIFEST, content=self._manifests[digest]
            )
            for digest in digests
            if digest in self._manifests
        }

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        assert repository == KEY.repository
        self.calls["blob"] += 1
        content = self._blobs.get(digest)
        if content is None or len(content) > limit:
            raise NotFound(f"{digest}: no such layer")
        return content

    def look(self, refused: Sequence[Recalled] = (), limit: int = 200) -> Search:
        judge, thumbprints = held()
        listed = shortlist(self.listed, thumbprints=thumbprints)
        waves = read_signatures(
            self,
            KEY,
            listed,
            named=None,
            beside=None,
            bounds=Bounds(candidates=limit),
            recall=lambda digests: [each for each in refused if each.digest in digests],
        )
        return search(waves, subject=IMAGE, judge=judge, listed=listed)


annotations = st.fixed_dictionaries(
    {},
    optional={
        CREATED: st.sampled_from(["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "x"]),
        THUMBPRINTS: st.sampled_from([f'["{TRUSTED}"]', '["00"]', "[", "{}"]),
    },
)
kinds = st.sampled_from((*DECOYS, *BETRAYED))
attached = st.lists(st.tuples(kinds, annotations), max_size=40)


def place(junk: Sequence[tuple[str, Mapping[str, str]]]) -> Place:
    made = Place()
    for number, (kind, said) in enumerate(junk):
        made.attach(kind, number, said)
    return made


def accounted_for(found: Search) -> list[str]:
    return sorted(
        [each.digest for each in found.candidates]
        + [each.digest for each in found.aside]
    )


@given(junk=attached, at=st.integers(0, 40), said=annotations)
@settings(max_examples=150, deadline=None)
def test_a_good_signature_is_found_wherever_it_is(
    junk: list[tuple[str, Mapping[str, str]]], at: int, said: Mapping[str, str]
) -> None:
    there = place([*junk[:at], (GOOD, said), *junk[at:]])
    found = there.look()
    assert found.satisfied
    assert accounted_for(found) == sorted(there.kinds)
    decoys = sum(kind in DECOYS for kind, _ in junk)
    assert there.calls["manifests"] == 1
    assert there.calls["blob"] <= decoys + 1


@given(junk=attached)
@settings(max_examples=100, deadline=None)
def test_junk_is_never_enough_and_is_refused_once(
    junk: list[tuple[str, Mapping[str, str]]],
) -> None:
    there = place(junk)
    first = there.look()
    assert (first.satisfied, first.exhausted) == (False, True)
    assert accounted_for(first) == sorted(there.kinds)
    refused = [each for one in first.candidates if (each := lasting_refusal(one))]
    assert all(there.kinds[each.digest] != "lost envelope" for each in refused)
    there.calls.clear()
    again = there.look(refused)
    assert accounted_for(again) == accounted_for(first)
    listed = [each for each in there.kinds.values() if each != "no signature"]
    readable = [each for each in listed if each not in ("archived", "large manifest")]
    if len(readable) > RECALL_FROM:
        assert there.calls["blob"] == listed.count("lost envelope")


@given(junk=attached, said=annotations, limit=st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_the_bound_is_kept_and_what_lies_beyond_is_told(
    junk: list[tuple[str, Mapping[str, str]]], said: Mapping[str, str], limit: int
) -> None:
    there = place([*junk, (GOOD, said)])
    found = there.look(limit=limit)
    assert there.calls["blob"] <= limit
    assert accounted_for(found) == sorted(there.kinds)
    assert found.exhausted == (
        found.satisfied
        or len(found.candidates) + listed_aside(there) == len(there.kinds)
    )


def listed_aside(there: Place) -> int:
    return list(there.kinds.values()).count("no signature")
