"""Prices, and what Sealward uses of them: one table for ``cost`` and ``make bench``.

List prices of Northern Virginia in dollars, no free tier, no discount. A Region's own
may be a third higher. Amounts of an image are measured (``tests/bench/usage.py``); a
test keeps them equal to what is measured.
"""

from collections.abc import Mapping
from typing import Final

from notation_verifier.values import dataclass

MILLION: Final = 1_000_000
GB: Final = 1e9
MONTH_MINUTES: Final = 43_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A list price of Northern Virginia, in dollars."""

    dollars: float
    of: str
    source: str
    """``published``: read in a third party's copy; ``remembered``: check it."""


PRICES: Final[Mapping[str, Price]] = {
    "lambda_request": Price(
        dollars=0.20 / MILLION, of="an invocation", source="published"
    ),
    "lambda_gb_second": Price(
        dollars=0.0000133334, of="a GB-second on arm64", source="published"
    ),
    "sqs_request": Price(dollars=0.40 / MILLION, of="a request", source="remembered"),
    "write_unit": Price(
        dollars=0.625 / MILLION, of="a write unit on demand", source="remembered"
    ),
    "read_unit": Price(
        dollars=0.125 / MILLION, of="a read unit on demand", source="remembered"
    ),
    "log_gb": Price(dollars=0.50, of="a GB of log taken in", source="remembered"),
    "ledger_gb_month": Price(
        dollars=0.25 + 0.20, of="a GB-month, with its backup", source="remembered"
    ),
    "metric_month": Price(dollars=0.30, of="a metric a month", source="remembered"),
    "secret_month": Price(dollars=0.40, of="a secret a month", source="remembered"),
    "alarm_month": Price(dollars=0.10, of="an alarm a month", source="remembered"),
    "dashboard_month": Price(
        dollars=3.00, of="a dashboard a month", source="remembered"
    ),
    "s3_get": Price(dollars=0.40 / MILLION, of="a GET", source="remembered"),
    "s3_put": Price(dollars=5.00 / MILLION, of="a PUT", source="remembered"),
    "s3_gb_month": Price(dollars=0.023, of="a GB-month in S3", source="remembered"),
    "finding": Price(dollars=0.00003, of="a finding taken in", source="remembered"),
    "event": Price(
        dollars=1.00 / MILLION, of="an event of ours on the bus", source="remembered"
    ),
}

REQUESTS_OF_A_MESSAGE: Final = 3
"""Sent, received, deleted; each message alone."""
MEMORY_GB: Final = 0.5
"""Of each function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What one image makes AWS count, looks for weeks included where it fails."""

    looks: int
    write_units: int
    read_units: float
    log_bytes: int
    findings: int
    told: int
    """Verdict changes put on the event bus."""
    evidence_puts: int
    """Objects put into the bucket of evidence."""
    stored_bytes: int
    seconds: float
    """Of the function, at 20 ms a call: counted, not measured."""

    def dollars(self) -> dict[str, float]:
        """Return the dollars of one image, by part."""
        counts = {
            "lambda_request": self.looks,
            "lambda_gb_second": self.seconds * MEMORY_GB,
            "sqs_request": self.looks * REQUESTS_OF_A_MESSAGE,
            "write_unit": self.write_units,
            "read_unit": self.read_units,
            "log_gb": self.log_bytes / GB,
            "finding": self.findings,
            "event": self.told,
            "s3_put": self.evidence_puts,
        }
        return {name: n * PRICES[name].dollars for name, n in counts.items()}


SIGNED: Final = Amounts(
    looks=2,
    write_units=8,
    read_units=4.5,
    log_bytes=1_300,
    findings=0,
    told=1,
    evidence_puts=0,
    stored_bytes=2_500,
    seconds=0.19,
)
"""One that is signed within its grace: it is done with."""
UNSIGNED: Final = Amounts(
    looks=58,
    write_units=235,
    read_units=96,
    log_bytes=38_500,
    findings=1,
    told=1,
    evidence_puts=3,
    stored_bytes=2_500,
    seconds=6.8,
)
"""One that is held and stays unsigned for its first month."""
KEPT_SIGNATURE_BYTES: Final = 8_000
"""Of a kept signature (``KeepSignatures``). The demo's have 3,700 bytes, one as AWS
Signer makes them 6,300; a timestamp adds to that."""
