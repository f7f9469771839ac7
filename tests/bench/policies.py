"""Policies: finding one among many, and loading a bundle of many."""

import statistics
import time
from collections.abc import Callable

from sealward.policy.bundle import PolicyBundle, load_bundle
from tests.bench.bundles import ACCOUNT, REGION, document
from tests.figures import Figures

FEW, MANY = 10, 10_000
USUAL = 100
LOOKUPS = 200
ROUNDS = 25


def measure(figures: Figures) -> None:
    """Measure and judge."""
    usual = document(USUAL)
    figures.add("policies_100_load_ms", _best(lambda: load_bundle(usual), 5) * 1e3)
    scopes = document(USUAL, scopes=MANY // USUAL)
    figures.add(
        "policies_10000_scopes_load_s",
        _best(lambda: load_bundle(scopes), 3),
        most=1.0,
    )
    statements = document(MANY)
    figures.add("policies_10000_statements_kib", len(statements) / 1024)
    figures.add(
        "policies_10000_statements_load_s", _best(lambda: load_bundle(statements), 1)
    )
    few, many = load_bundle(document(FEW)), load_bundle(statements)
    times = [(_lookups(few), _lookups(many)) for _ in range(ROUNDS)]
    figures.add(
        "policies_lookup_10_us", statistics.median(pair[0] for pair in times) * 1e6
    )
    figures.add(
        "policies_lookup_10000_us", statistics.median(pair[1] for pair in times) * 1e6
    )
    figures.add(
        "policies_lookup_ratio_10000_to_10",
        statistics.median(after / before for before, after in times),
        most=2.0,
    )


def _lookups(bundle: PolicyBundle) -> float:
    """Return the processor seconds of one look-up, over repositories with a policy."""
    step = max(1, len(bundle.policies) // LOOKUPS)
    teams = [(number * step) % len(bundle.policies) for number in range(LOOKUPS)]
    repositories = [f"team-{team}/service/api" for team in teams]
    start = time.thread_time()
    for repository in repositories:
        if bundle.policy_for(ACCOUNT, REGION, repository) is None:
            raise RuntimeError(f"no policy governs {repository}")
    return (time.thread_time() - start) / LOOKUPS


def _best(call: Callable[[], object], turns: int) -> float:
    """Return the fastest turn in processor seconds: what the work itself takes."""
    best = float("inf")
    for _ in range(turns):
        start = time.thread_time()
        call()
        best = min(best, time.thread_time() - start)
    return best
