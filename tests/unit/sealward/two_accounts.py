"""Two accounts: a source that replicates, and the gate at the destination."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from notation_verifier import Descriptor
from notation_verifier.signer_service import SignerService
from sealward.events import parse_events
from sealward.policy.bundle import load_bundle
from sealward.revocation.signer_answers import SignerAnswers
from simulator.behaviours import Behaviours
from simulator.in_process.signer import InProcessSigner
from simulator.places import place
from simulator.pushes import Pusher
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.unit.sealward.stand import (
    ACCOUNT,
    HOST,
    REGION,
    REPOSITORY,
    Stand,
    described,
)
from tests.unit.sealward.stand import signer as signer_of

SOURCE = place("999988887777", "eu-west-1")
ORIGIN = f"{SOURCE.account}/{SOURCE.region}"
MINUTE = timedelta(minutes=1)


class TwoAccounts:
    """Pushes happen at the source; the stand is the destination's."""

    def __init__(self, *, configured: bool = True, **switches: Any) -> None:
        behaviours = Behaviours(**switches)
        self.there = Stand(behaviours=behaviours)
        self.aws = self.there.aws
        self._lets_in()
        if configured:
            self.configure()

    def configure(self) -> None:
        """Replicate what is pushed from now on."""
        to = {"region": REGION, "registryId": ACCOUNT}
        self.aws.call(
            "ecr",
            "PutReplicationConfiguration",
            {"replicationConfiguration": {"rules": [{"destinations": [to]}]}},
            place=SOURCE,
        )

    def push(self, name: str = "app", *, tag: str = "v1") -> Descriptor:
        """Push an image at the source."""
        return described(Pusher(self.aws, SOURCE, REPOSITORY).image(name, tag=tag))

    def sign(self, image: Descriptor, by: str = "Leaf") -> Descriptor:
        """Push a signature of it at the source."""
        return self.attach(image, forge.sign(image, signer_of(by), "jws"))

    def attach(self, image: Descriptor, envelope: bytes) -> Descriptor:
        """Push an envelope at the source."""
        pusher = Pusher(self.aws, SOURCE, REPOSITORY)
        return described(
            pusher.referrer(
                {
                    "mediaType": image.media_type,
                    "digest": image.digest,
                    "size": image.size,
                },
                config_type="application/vnd.cncf.notary.signature",
                layer=envelope,
                layer_type=forge.JWS,
            )
        )

    def trust_signer(self, *identities: str, partition: str = "aws") -> None:
        """Have the destination's policy trust these ARNs under a simulated root."""
        authority = self.aws.signer_authority(partition)
        document = {
            "schema": 1,
            "serial": 2,
            "audience": [ACCOUNT],
            "notBefore": None,
            "expires": None,
            "policies": [
                {
                    "enforcement": "quarantine",
                    "untaggedGrace": "10m",
                    "statement": {
                        "name": "by-signer",
                        "registryScopes": [f"{HOST}/prod/*"],
                        "signatureVerification": {"level": "strict"},
                        "trustStores": ["signingAuthority:signer"],
                        "trustedIdentities": list(identities),
                    },
                }
            ],
            "trustStores": {
                "signingAuthority": {
                    "signer": [base64.b64encode(authority.root_der).decode()]
                }
            },
            "signerRoots": {"simulated": authority.root_sha256},
        }
        self.there.bundles.current = load_bundle(json.dumps(document).encode())
        self.ask_by(InProcessSigner(self.aws, account=ACCOUNT, region=REGION))

    def ask_by(self, service: SignerService) -> None:
        """Have the destination ask this one what Signer revoked."""
        answers = SignerAnswers(service, self.there.clock)
        self.there.gate = replace(self.there.gate, signer=answers)

    def signed_by_signer(self, image: Descriptor, profile: str = "release") -> str:
        """Have the source's AWS Signer sign it; return the profile's version ARN."""
        made = self.aws.call(
            "signer",
            "PutSigningProfile",
            {"profileName": profile, "platformId": PLATFORM},
            place=SOURCE,
        )
        answer = self.aws.call(
            "signer",
            "SignPayload",
            {
                "profileName": profile,
                "payloadFormat": PAYLOAD_FORMAT,
                "payload": forge.payload_of(image),
            },
            place=SOURCE,
        )
        self.attach(image, answer["signature"])
        return str(made["profileVersionArn"])

    def pass_time(self, by: timedelta) -> None:
        """Let time pass minute by minute, looking at all that events and ledger say."""
        end = self.there.clock.now + by
        while self.there.clock.now < end:
            self.there.pass_time(min(MINUTE / 6, end - self.there.clock.now))
            self.deliver()

    def deliver(self) -> None:
        """Look at what the destination's events name."""
        self.aws.settle()
        for event in self.events():
            for hint in parse_events(event, account=ACCOUNT, region=REGION):
                self.there.gate.look(hint)

    def events(self) -> list[Mapping[str, Any]]:
        """Take the destination's events."""
        return [
            event
            for event in self.aws.events.drain()
            if (event["account"], event["region"]) == (ACCOUNT, REGION)
            and event["source"] == "aws.ecr"
        ]

    def _lets_in(self) -> None:
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{SOURCE.account}:root"},
                    "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
                    "Resource": "*",
                }
            ],
        }
        self.aws.call(
            "ecr",
            "PutRegistryPolicy",
            {"policyText": json.dumps(policy)},
            place=self.there.place,
        )
