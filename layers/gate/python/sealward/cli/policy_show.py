"""``sealward policy show``: which policy governs a repository, and why."""

from pathlib import Path
from typing import Any

import click

from sealward.cli.bundle_file import BUNDLE, JSON, read_bundle
from sealward.cli.output import REFUSED, as_json, table
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.policy.document import duration_text
from sealward.policy.policy import Escalation
from sealward.policy.scopes import InvalidScope, Scope, ScopeKind, parse_scope


@click.command()
@BUNDLE
@click.argument("repository")
@JSON
def show(
    bundle_path: Path,
    repository: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say which statement of BUNDLE governs REPOSITORY (host/name), and why.

    Exit codes: 0 one governs it, 1 none does or the bundle is refused, 2 REPOSITORY is
    no ECR repository.
    """
    try:
        place = parse_scope(repository)
    except InvalidScope as error:
        raise click.BadParameter(str(error), param_hint="REPOSITORY") from error
    if place.kind is not ScopeKind.REPOSITORY:
        raise click.BadParameter(
            "name one repository, as in <account>.dkr.ecr.<region>.<suffix>/prod/api",
            param_hint="REPOSITORY",
        )
    bundle = read_bundle(bundle_path, json_wanted=json_wanted)
    governing = bundle.governing(place.account, place.region, place.path)
    if governing is None:
        if json_wanted:
            as_json({"repository": repository, "statement": None})
        else:
            click.echo(f"{repository} is ungoverned: no scope covers it")
        raise click.exceptions.Exit(REFUSED)
    policy, statement = governing.policy, governing.policy.statement
    kind = parse_scope(governing.scope).kind
    beaten = _beaten(bundle, place, governing.scope)
    shown = {
        "repository": repository,
        "statement": statement.name,
        "scope": governing.scope,
        "kind": str(kind),
        "beats": [f"{scope} ({name})" for scope, name in beaten],
        "level": statement.level.name,
        "trustStores": [str(store) for store in statement.trust_stores],
        "trustedIdentities": list(statement.trusted_identities),
        "enforcement": str(policy.enforcement),
        "grace": duration_text(policy.grace),
        "untaggedGrace": duration_text(policy.untagged_grace),
        "unknownFor": duration_text(policy.unknown_for),
        "holdUnknown": policy.hold_unknown,
        "failFast": policy.fail_fast,
        "revocation": {
            "hosts": _hosts(policy),
            "maxAge": policy.revocation.max_age
            and duration_text(policy.revocation.max_age),
            "withoutInformation": _without(policy),
            "crls": len(policy.revocation.crls),
            "signer": str(policy.revocation.signer),
        },
        "unsignedPerDay": policy.unsigned_per_day,
        "identitiesRequired": policy.identities_required,
        "enforceFrom": policy.enforce_from and policy.enforce_from.isoformat(),
        "baselineUntil": policy.baseline_until and policy.baseline_until.isoformat(),
        "escalation": str(policy.escalation),
        "owner": dict(policy.owner or {}),
        "environment": policy.environment,
        "userMetadata": dict(policy.user_metadata),
        "replication": _replication(policy),
        "statementHash": policy.statement_hash,
        "bundle": bundle.digest,
        "serial": bundle.serial,
    }
    if json_wanted:
        as_json(shown)
        return
    why = f"{governing.scope} ({kind}, the closest scope that covers it)"
    table(
        [
            ("repository", repository),
            ("governed by", statement.name),
            ("because of", why),
            *(("rather than", f"{scope} of {name}") for scope, name in beaten),
            ("level", statement.level.name),
            *(("trust store", str(store)) for store in statement.trust_stores),
            *(("identity", one) for one in statement.trusted_identities),
            *(
                [("required", f"{policy.identities_required} of these identities")]
                if policy.identities_required > 1
                else []
            ),
            *(
                ("user metadata", f"{name}={value}")
                for name, value in policy.user_metadata.items()
            ),
            ("enforcement", str(policy.enforcement)),
            ("grace", duration_text(policy.grace)),
            ("untagged", duration_text(policy.untagged_grace)),
            ("grace spent", f"by {policy.unsigned_per_day} unsigned digests a day"),
            ("unknown for", duration_text(policy.unknown_for)),
            ("then held", "if never trusted" if policy.hold_unknown else "no"),
            *(
                [("escalation", str(policy.escalation))]
                if policy.escalation is not Escalation.NONE
                else []
            ),
            *(
                ("replicated from", f"{source}, grace {duration_text(grace)}")
                for grace in (policy.replication.grace,)
                for source in sorted(policy.replication.sources)
            ),
            *(("replicated to", each.place) for each in policy.replication.verdicts),
            *(("revocation host", host) for host in _hosts(policy)),
            *(
                [("no revocation information", "refused")]
                if policy.revocation.requires_information
                else []
            ),
            ("bundle", f"serial {bundle.serial}, {bundle.digest}"),
        ]
    )


def _replication(policy: Policy) -> dict[str, Any]:
    said = policy.replication
    return {
        "sources": sorted(said.sources),
        "grace": duration_text(said.grace),
        "verdicts": [
            {"place": each.place, "role": each.role, "function": each.function}
            for each in said.verdicts
        ],
    }


def _hosts(policy: Policy) -> list[str]:
    return sorted(str(host) for host in policy.revocation.hosts)


def _without(policy: Policy) -> str:
    return "refuse" if policy.revocation.requires_information else "accept"


def _beaten(bundle: PolicyBundle, place: Scope, winner: str) -> list[tuple[str, str]]:
    """Return the other scopes that cover ``place``, with their statements' names."""
    return [
        (text, policy.statement.name)
        for policy in bundle.policies
        for text in policy.statement.registry_scopes
        if text != winner
        and parse_scope(text).covers(place.account, place.region, place.path)
    ]
