"""Both judges: the real command, and our own way from policy document to verdict."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.layouts.oci_layout import OciLayout
from demo.layouts.signing import Answer, Notation
from notation_verifier import Conclusion, NotationError, verify
from notation_verifier.signer_service import SignerService
from sealward.cli.trust_store_folder import read_trust_stores
from sealward.policy.bundle import PolicyBundle, load_bundle
from sealward.policy.compile import Settings, compile_bundle, read_trust_policy
from sealward.policy.problems import InvalidBundle
from sealward.policy.scopes import parse_scope

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One question that is put to both, and compared."""

    group: str
    name: str
    ours: Callable[[], Answer]
    reference: Callable[[], Answer]
    """Asked in a thread, beside other questions: it brings what it writes to."""
    stricter: str = ""
    """The entry of docs/deviations.md by which we refuse what ``notation`` accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of a layout, and the name under which a statement is looked up."""

    layout: Path
    digest: str
    scope: str
    """``registry/repository``; the policy document decides which statement that is."""
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    """Must have been signed with it."""


class Ourselves:
    """Judges as the gate does: compile, load, find the statement, verify each."""

    def __init__(
        self,
        trust_policy: Mapping[str, Any],
        trust_store: Path,
        *,
        settings: Settings | None = None,
        signer_service: SignerService | None = None,
    ) -> None:
        self.refusal = ""
        self._signer_service = signer_service
        self._bundle: PolicyBundle | None = None
        try:
            source = read_trust_policy(json.dumps(trust_policy).encode())
            stores = read_trust_stores(trust_store, source.stores)
            self._bundle = load_bundle(
                compile_bundle(source, stores, settings or Settings())
            )
        except InvalidBundle as error:
            self.refusal = str(error)

    def judge(self, image: Image) -> Answer:
        """Return whether any signature of the image satisfies the statement."""
        if self._bundle is None:
            return Answer(accepted=False, text=self.refusal)
        place = parse_scope(image.scope)
        policy = self._bundle.policy_for(place.account, place.region, place.path)
        if policy is None:
            return Answer(accepted=False, text="no statement applies")
        layout = OciLayout(image.layout)
        said: list[str] = []
        accepted = False
        for _, envelope, media_type in layout.signatures(image.digest):
            try:
                report = verify(
                    envelope,
                    media_type=media_type,
                    subject=layout.descriptor(image.digest),
                    statement=policy.statement,
                    trust_stores=self._bundle.trust_stores,
                    user_metadata=image.user_metadata,
                    signer_roots=self._bundle.signer_roots,
                    signer_service=self._signer_service,
                    now=datetime.now(UTC),
                )
            except NotationError as error:
                said.append(str(error))
                continue
            accepted |= report.conclusion() is Conclusion.SATISFIED
            failed = [f"{check.name}: {why.reason}" for check, why in report.failures]
            said.append(", ".join(failed) or str(report.conclusion()))
        return Answer(accepted=accepted, text="; ".join(said) or "no signature")


class TheReference:
    """Judges by running ``notation verify``."""

    def __init__(
        self,
        notation: Notation,
        trust_policy: Mapping[str, Any],
        trust_store: Path,
        **plugin_config: str,
    ) -> None:
        """Give the command its files; no other judge may share its configuration."""
        self._notation = notation
        self._plugin_config = plugin_config
        notation.trust(trust_policy, trust_store)

    def judge(self, image: Image) -> Answer:
        """Return what the command says of the image."""
        return self._notation.verify(
            image.layout,
            image.digest,
            scope=image.scope,
            user_metadata=image.user_metadata,
            **self._plugin_config,
        )
