"""The money model: its sums, and that what it sums is what looks do."""

import math
from dataclasses import replace

import pytest

from sealward.cli.prices import PRICES, SIGNED, UNSIGNED, Amounts
from tests.bench import money
from tests.bench.capacity import CountedTable, item_bytes
from tests.bench.money import Processor, idle_month, million
from tests.bench.usage import Usage, record

TEN = Processor(look=0.010, spared=0.001)
ONE = Usage(
    events=1,
    looks=1,
    spared=0,
    round_trips=5,
    table_write_units=4,
    index_write_units=2,
    read_units=1,
    log_bytes=1000,
    metrics=1,
    findings=0,
    told=1,
    evidence_puts=0,
    stored_bytes=2000,
)


def test_a_sum_adds_every_part_once() -> None:
    parts = million(ONE, processor=TEN, memory=512)
    assert parts["write_unit"] == pytest.approx(6 * 0.625)
    monthly = money.ONCE_A_MINUTE * 0.125e-6
    assert parts["read_unit"] == pytest.approx(0.125 + monthly)
    assert parts["sqs_request"] == pytest.approx(3 * 0.40)
    assert parts["lambda_request"] == pytest.approx(0.20)
    seconds = 5 * 0.020 + 0.010 * 1769 / 512 + 0.01 * 1.5
    assert parts["lambda_gb_second"] == pytest.approx(seconds / 2 * 13.3334)
    assert parts["log_gb"] == pytest.approx(1000 / 1000 * 0.50)
    assert parts["metric_month"] == 0.30
    assert parts["finding"] == 0
    assert parts["event"] == pytest.approx(1.00)
    assert parts["s3_put"] == 0
    assert set(parts) <= set(PRICES)


def test_twice_the_looks_cost_twice_the_messages() -> None:
    both = Usage(
        **{
            name: 2 * getattr(ONE, name)
            for name in Usage.__dataclass_fields__
            if name != "events"
        },
        events=1,
    )
    once = million(ONE, processor=TEN, memory=512)
    twice = million(both, processor=TEN, memory=512)
    assert twice["sqs_request"] == pytest.approx(2 * once["sqs_request"])
    assert twice["lambda_gb_second"] == pytest.approx(2 * once["lambda_gb_second"])
    spared = million(replace(both, spared=1), processor=TEN, memory=512)
    assert spared["lambda_gb_second"] < twice["lambda_gb_second"]


def test_a_month_of_nothing_costs_what_its_alarms_cost_and_little_else() -> None:
    """Above the target by less than an alarm: docs/performance.md says so."""
    parts = idle_month(memory=money.verify_push_memory())
    assert parts["alarm_month"] >= 0.6
    assert sum(parts.values()) - parts["alarm_month"] < 0.80
    assert sum(parts.values()) <= money.MOST["idle_month"]


def test_lambdas_own_lines_are_counted_where_the_template_lets_it_write_them() -> None:
    assert money.lambda_lines("VerifyPushFunction") == 0


def test_a_signed_image_is_two_events_and_a_look_at_each() -> None:
    usage = record("signed")
    assert (usage.events, usage.looks, usage.findings) == (2, 2, 0)
    # Nothing else: the tick finds its first due time overtaken (docs/adr/0021).
    assert (usage.spared, usage.round_trips) == (0, 6)
    # Three records, and half a unit each for the indexes that may list them.
    assert usage.read_units == 3 + 1.5
    assert (usage.told, usage.evidence_puts) == (1, 0)
    assert usage.metrics == 1
    # What it costs to remember a signed image: more than this is a decision.
    assert usage.table_write_units <= 3
    assert usage.index_write_units <= 5


def test_an_unsigned_image_has_its_evidence_counted() -> None:
    usage = record("unsigned")
    # Manifest, config and dossier, before it is archived.
    assert (usage.evidence_puts, usage.findings, usage.told) == (3, 1, 1)


def test_an_ungoverned_image_is_looked_at_once() -> None:
    usage = record("ungoverned")
    assert (usage.events, usage.looks, usage.round_trips) == (1, 1, 2)
    # By its statement, so that a policy that comes to name it is applied to it.
    assert usage.index_write_units == 1


def test_an_item_counts_names_and_values() -> None:
    item = {
        "pk": {"S": "é"},
        "n": {"N": "123"},
        "b": {"B": b"1234"},
        "t": {"BOOL": True},
        "l": {"L": [{"S": "a"}]},
        "m": {"M": {"k": {"S": "v"}}},
    }
    assert item_bytes(item) == (2 + 2) + (1 + 3) + (1 + 4) + (1 + 1) + (1 + 5) + (1 + 6)


def test_a_table_counts_started_units_and_index_entries() -> None:
    table = CountedTable(indexes={"due": ("shard", "at")})
    item = {"pk": {"S": "a"}, "sk": {"S": "current"}, "x": {"S": "y" * 1020}}
    indexed = {**item, "shard": {"S": "0"}, "at": {"S": "1"}}
    table.put_item(Item=item)
    assert (table.table_units, table.index_units) == (2, 0)
    table.transact_write_items(TransactItems=[{"Put": {"Item": indexed}}])
    assert (table.table_units, table.index_units) == (6, 1)
    table.put_item(Item={**indexed, "at": {"S": "2"}})
    assert (table.table_units, table.index_units) == (8, 3)
    table.put_item(Item=item)
    assert (table.table_units, table.index_units) == (10, 4)
    assert table.stored_bytes == 100 + item_bytes(item)


def test_every_price_is_a_number_and_says_where_it_is_from() -> None:
    for price in PRICES.values():
        assert math.isfinite(price.dollars)
        assert price.dollars > 0
        assert price.source in {"published", "remembered"}


@pytest.mark.parametrize(
    ("image", "said"), [("signed", SIGNED), ("unsigned", UNSIGNED)]
)
def test_what_the_command_estimates_by_is_what_is_measured(
    image: str, said: Amounts
) -> None:
    usage = record(image)
    assert said.looks == usage.looks
    assert said.findings == usage.findings
    assert said.write_units == usage.table_write_units + usage.index_write_units
    assert said.read_units == usage.read_units
    assert said.log_bytes == pytest.approx(usage.log_bytes, rel=0.1)
    assert said.stored_bytes == pytest.approx(usage.stored_bytes, rel=0.1)
    calls = (usage.round_trips + usage.findings) * money.CALL_SECONDS
    assert said.seconds == pytest.approx(calls + usage.looks * 0.035, rel=0.1)
