"""Registry scopes: their form, and which statement is for which artifact.

Trust-store-trust-policy, Registry Scopes Constraints; Selecting a trust policy.
"""

import copy

from tests.differential.draft import Draft
from tests.differential.rules import rule

_ODD_SCOPES = (
    "",
    " ",
    "registry.example",
    "registry.example/",
    "/repository",
    "repository",
    "https://registry.example/a",
    "registry.example/a:latest",
    "registry.example/a@sha256:" + "0" * 64,
    "registry.example/A",
    "registry.example//a",
    "registry.example/a/",
    "registry.example/-a",
    "registry.example/a-",
    "registry.example/a--b",
    "registry.example/a---b",
    "registry.example/a__b",
    "registry.example/a___b",
    "registry.example/a._b",
    "registry.example/a..b",
    "registry.example/a.b_c-d__e/f",
    "registry.example/a b",
    "registry.example/ä",
    "Registry.Example/a",
    "registry_x.example/a",
    "-registry.example/a",
    "registry-.example/a",
    "registry.-x.example/a",
    "registry..example/a",
    ".registry.example/a",
    "registry.example./a",
    "registry.example:/a",
    "registry.example:5000/a",
    "registry.example:port/a",
    "registry.example:99999999/a",
    "127.0.0.1:5000/a",
    "[::1]:5000/a",
    "a/b",
    "a/b\n",
    "\na/b",
    "registry.example/*",
    "*.example/a",
    "registry.example/team-*",
    "**",
    "*/*",
    "* ",
    "٣/a",
    "registry.example/" + "a" * 200,
    "registry.example/" + "a/" * 150 + "a",
    "registry.example/" + "a-" * 40 + "!",
)


@rule("scope-form")
def _form(draft: Draft) -> None:
    draft.with_envelope = False
    scope = draft.rng.choice(_ODD_SCOPES)
    if draft.rng.random() < 0.3:
        draft.statement["registryScopes"] = [scope]
    else:
        draft.statement["registryScopes"] = [
            draft.reference.rpartition("@")[0],
            scope,
        ]
    if draft.rng.random() < 0.4 and scope:
        draft.reference = f"{scope}@{draft.subject_digest}"


@rule("scope-none")
def _none(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.3
    if draft.rng.random() < 0.5:
        draft.statement["registryScopes"] = draft.rng.choice(([], None))
    else:
        del draft.statement["registryScopes"]


@rule("scope-wildcard-beside-others")
def _beside(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.3
    scopes = ["registry.example/a", "*"]
    draft.rng.shuffle(scopes)
    draft.statement["registryScopes"] = draft.rng.choice((scopes, ["*", "*"]))


@rule("scope-twice")
def _twice(draft: Draft) -> None:
    draft.with_envelope = draft.rng.random() < 0.3
    if draft.rng.random() < 0.4:
        draft.statement["registryScopes"] = [*draft.statement["registryScopes"]] * 2
    else:
        other = copy.deepcopy(draft.statement)
        other["name"] = "other"
        if draft.rng.random() < 0.3:
            other["registryScopes"] = ["registry.example/yet-another"]
        draft.other_statements = [other]


@rule("scope-of-another-repository")
def _another(draft: Draft) -> None:
    repository = draft.reference.rpartition("@")[0]
    draft.statement["registryScopes"] = [
        draft.rng.choice(
            (
                repository + "x",
                repository + "/x",
                repository.rpartition("/")[0] + "/other",
                repository.upper().replace("/", "/x").lower(),
                repository.partition("/")[0].upper()
                + "/"
                + repository.partition("/")[2],
                "elsewhere.example/y",
            )
        )
    ]


@rule("scope-exact-before-wildcard")
def _exact_first(draft: Draft) -> None:
    """Of an exact statement and the wildcard one, the exact counts."""
    repository = draft.reference.rpartition("@")[0]
    other = copy.deepcopy(draft.statement)
    other["name"] = "wildcard"
    other["registryScopes"] = ["*"]
    other["trustedIdentities"] = ["x509.subject: C=XX, ST=None, O=Nobody"]
    other["signatureVerification"] = {"level": "strict"}
    draft.statement["registryScopes"] = [repository]
    if draft.rng.random() < 0.5:
        # The other way round: the exact statement trusts nobody.
        draft.statement["registryScopes"], other["registryScopes"] = (
            other["registryScopes"],
            draft.statement["registryScopes"],
        )
    draft.other_statements = [other]


@rule("scope-reference-form")
def _reference(draft: Draft) -> None:
    repository, _, digest = draft.reference.rpartition("@")
    draft.reference = draft.rng.choice(
        (
            repository,
            f"{repository}:latest",
            f"{repository}:latest@{digest}",
            f"{repository}@{digest}@{digest}",
            f"@{digest}",
            f"https://{repository}@{digest}",
            f"{repository}@anything",
            f"{repository}@",
            f"{repository.upper()}@{digest}",
            f" {repository}@{digest}",
            f"*@{digest}",
            f"{repository}\n@{digest}",
            "",
            "@",
        )
    )
