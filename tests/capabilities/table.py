"""The table: each use case in each capability."""

from collections.abc import Mapping, Sequence

from tests.capabilities.account import Account
from tests.capabilities.expected import EXPECTED
from tests.capabilities.playing import Outcome


def print_table(
    accounts: Sequence[Account], played: Sequence[Mapping[str, Outcome]]
) -> None:
    """Print how each image stands, a mark where that is not as it must be."""
    columns = [each.capability.value for each in accounts]
    print(f"\n{'USE CASE':<24}{''.join(f'{each.upper():<34}' for each in columns)}")
    for name in EXPECTED:
        cells = [_cell(outcomes.get(name)) for outcomes in played]
        print(f"{name:<24}{''.join(f'{each:<34}' for each in cells)}".rstrip())
    print()


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "-"
    end = outcome.end
    said = f"{end.verdict} {end.status} {end.finding}" if end else "broke off"
    return said if outcome.right else f"! {said}"
