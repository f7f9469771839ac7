"""AWS Signer: signed by its plugin through the simulator, judged with it."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import botocore.session
from botocore.config import Config
from cryptography import x509

from demo.layouts.images import attach
from demo.layouts.oci_layout import OciLayout
from sealward.aws.signer_data import SERVICE, SignerData
from sealward.policy.compile import Settings
from simulator.errors import access_denied
from simulator.faults import Fault
from simulator.places import place
from simulator.server import LoopbackServer
from simulator.signer.state import PLATFORM
from tests import forge
from tests.interop.judges import REGISTRY, Image, Ourselves, TheReference
from tests.interop.signer_plugin import PLUGIN, find_signer_plugin
from tests.interop.workbench import LEVELS, Workbench

GROUP = "signer"
ACCOUNT, REGION = "123456789012", "us-east-1"
PLACE = place(ACCOUNT, REGION)
STORE = "signingAuthority:simulated-signer"
HOUR = timedelta(hours=1)
JUDGED = ("strict", "permissive", "audit", "strict, revocation skipped")


def ask(bench: Workbench) -> None:
    """Ask about what Signer signed: by whom, revoked or not, Signer there or not."""
    SignerBench(bench).ask()


class SignerBench:
    """One simulated Signer, its profiles, and both judges that ask it."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._server = bench.running.enter_context(
            LoopbackServer(clock=lambda: datetime.now(UTC), account=ACCOUNT)
        )
        self._aws = self._server.aws
        self._plugin = find_signer_plugin()
        environment = self._plugin.environment(self._server.url, ACCOUNT)
        self._config = self._plugin.config(self._server.url, ACCOUNT, REGION)
        self._notation = bench.notation_home(environment)
        self._plugin.install(self._notation.config)
        self._store = bench.folder / "signer" / "truststore"
        self._statements: list[dict[str, Any]] = []
        self._asked: list[tuple[str, Image, str]] = []
        authority = self._aws.signer_authority(PLACE.partition)
        self._fingerprint = authority.root_sha256
        self._put(STORE, authority.root_der)
        self._put("signingAuthority:another", forge.chain(1).root_der)

    def ask(self) -> None:
        """Sign, revoke, and put every question to both judges."""
        self._profiles()
        self._revocations()
        self._outage()
        self._envelopes()
        document = {"version": "1.0", "trustPolicies": self._statements}
        ours = Ourselves(
            document,
            self._store,
            settings=Settings(signer_roots={"simulated": self._fingerprint}),
            signer_service=SignerData(self._client, partition=PLACE.partition),
        )
        if ours.refusal:
            raise SystemExit(f"the scenarios' own trust policy: {ours.refusal}")
        reference = TheReference(self._notation, document, self._store, **self._config)
        for name, image, stricter in self._asked:
            self._bench.add(
                GROUP,
                name,
                ours=partial(ours.judge, image),
                reference=partial(reference.judge, image),
                stricter=stricter,
            )

    # -- questions

    def _profiles(self) -> None:
        version = self._profile("release")
        other = self._profile("other")
        profile = version.rpartition("/")[0]
        image = self._signed("by a profile", profile)
        newer = self._profile("release")
        for name, identities in {
            "the profile": [profile],
            "the version": [version],
            "another version": [newer],
            "another profile": [other.rpartition("/")[0]],
            "another profile's version": [other],
            "the second of two": [other, profile],
            "everybody": ["*"],
            "a subject name": ["x509.subject: C=US, ST=WA, O=AWS, CN=AWS Signer"],
            "the profile of another account": [
                profile.replace(ACCOUNT, "210987654321")
            ],
            "the profile in another Region": [profile.replace(REGION, "eu-west-1")],
        }.items():
            self._ask(f"trusts {name}", image, identities)
        self._ask("trusts another root", image, [profile], store="another")
        for level in ("permissive", "audit"):
            self._ask(f"not trusted, {level}", image, [other], level=level)
        self._ask(
            "trusts the profile in capitals",
            image,
            [profile.replace("release", "RELEASE")],
            stricter="signer-exact",
        )
        self._ask("signed by the newer", self._signed("newer", profile), [newer])

    def _revocations(self) -> None:
        job = self._signed("a revoked job", self._trusted("job"))
        self._call("RevokeSignature", jobId=self._last_job, reason="a test")
        profile = self._trusted("revoked_before")
        before = self._signed("a profile revoked before", profile)
        self._revoke(profile, datetime.now(UTC) - HOUR)
        profile = self._trusted("revoked_after")
        after = self._signed("a profile revoked after", profile)
        signed_at = datetime.now(UTC)
        self._revoke(profile, signed_at)
        certificate = self._signed("a revoked certificate", self._trusted("cert"))
        self._aws.signer_authority(PLACE.partition).revoked_certificates.add(
            self._leaf_hash(certificate)
        )
        for name, image, trusted in (
            ("job revoked", job, "job"),
            ("profile revoked from before", before, "revoked_before"),
            ("profile revoked from after", after, "revoked_after"),
            ("certificate revoked", certificate, "cert"),
        ):
            for level in JUDGED:
                arn = PLACE.arn("signer", f"/signing-profiles/{trusted}")
                self._ask(f"{name}, {level}", image, [arn], level=level)

    def _outage(self) -> None:
        profile = self._trusted("outage")
        image = self._signed("service down", profile)
        down = PLACE.arn("signer", f"/signing-jobs/{self._last_job}")
        self._aws.faults.add(
            Fault(
                service="signer",
                operation="GetRevocationStatus",
                error=access_denied("signer:GetRevocationStatus", "nobody"),
                when=lambda request: request.get("jobArn") == down,
            )
        )
        for level in JUDGED:
            self._ask(f"Signer does not answer, {level}", image, [profile], level=level)

    def _envelopes(self) -> None:
        profile = self._trusted("envelopes")
        good, digest = self._signed("to be copied", profile)
        _, envelope, media_type = next(iter(good.signatures(digest)))
        layout, image = self._bench.layout("signer copied to another image")
        attach(layout, image, (envelope, media_type))
        self._ask("of another image", (layout, image["digest"]), [profile])
        layout, image = self._bench.layout("signer damaged")
        subject = layout.descriptor(image["digest"])
        forged = forge.SignerService().sign(subject, "envelopes")
        attach(layout, image, (forged, forge.JWS))
        self._ask(
            "claimed under a root of one's own", (layout, image["digest"]), [profile]
        )

    # -- what they are made of

    def _ask(
        self,
        name: str,
        image: tuple[OciLayout, str],
        identities: Sequence[str],
        *,
        store: str = "simulated-signer",
        level: str = "strict",
        stricter: str = "",
    ) -> None:
        layout, digest = image
        number = len(self._statements)
        scope = f"{REGISTRY}/interop/signer{number}"
        self._statements.append(
            {
                "name": f"signer{number}",
                "registryScopes": [scope],
                "signatureVerification": LEVELS[level],
                "trustStores": [f"signingAuthority:{store}"],
                "trustedIdentities": list(identities),
            }
        )
        asked = Image(layout=layout.path, digest=digest, scope=scope)
        self._asked.append((name, asked, stricter))

    def _signed(self, name: str, profile: str) -> tuple[OciLayout, str]:
        """Return an image that the real ``notation`` signed through the plugin."""
        layout, image = self._bench.layout(f"signer {name}")
        self._notation.sign_by_plugin(
            layout.path,
            image["digest"],
            plugin=PLUGIN,
            key_id=profile,
            **self._config,
        )
        return layout, image["digest"]

    def _profile(self, name: str) -> str:
        answer = self._call("PutSigningProfile", profileName=name, platformId=PLATFORM)
        return str(answer["profileVersionArn"])

    def _trusted(self, name: str) -> str:
        return self._profile(name).rpartition("/")[0]

    def _revoke(self, profile: str, effective: datetime) -> None:
        name = profile.rpartition("/")[2]
        version = self._aws.signer(PLACE).profile(name).newest.name
        self._call(
            "RevokeSigningProfile",
            profileName=name,
            profileVersion=version,
            reason="a test",
            effectiveTime=effective,
        )

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._aws.call("signer", operation, request, place=PLACE)

    @property
    def _last_job(self) -> str:
        return next(reversed(self._aws.signer(PLACE).jobs))

    def _leaf_hash(self, image: tuple[OciLayout, str]) -> str:
        """Return how GetRevocationStatus names the leaf."""
        layout, digest = image
        _, envelope, _ = next(iter(layout.signatures(digest)))
        leaf, issuer = (
            hashlib.sha384(
                x509.load_der_x509_certificate(
                    base64.b64decode(one)
                ).tbs_certificate_bytes
            ).hexdigest()
            for one in json.loads(envelope)["header"]["x5c"][:2]
        )
        return leaf + issuer

    def _put(self, store: str, der: bytes) -> None:
        folder = self._store / "x509" / store.replace(":", "/")
        folder.mkdir(parents=True)
        (folder / "root.der").write_bytes(der)

    def _client(self, region: str) -> Any:
        made: Any = botocore.session.Session().create_client(
            SERVICE,
            region_name=region,
            endpoint_url=self._server.url,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="testing",
            config=Config(retries={"total_max_attempts": 1}),
        )
        return made
