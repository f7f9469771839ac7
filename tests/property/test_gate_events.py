"""Any JSON value as an event ends in hints of this account, or in MalformedEvent."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sealward.events import EventProblem, Hint, MalformedEvent, look_again, parse_events
from tests.unit.sealward.stand import ACCOUNT, REGION

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
DIGESTS = st.from_regex(r"(sha256:)?[0-9a-fA-F]{60,66}", fullmatch=True)
NAMES = st.from_regex(r"[a-zA-Z0-9/._ -]{0,30}", fullmatch=True)


def near(*right: str) -> st.SearchStrategy[Any]:
    """Return mostly right values, so that the later checks are reached as well."""
    return st.sampled_from(right) | values


events = st.fixed_dictionaries(
    {},
    optional={
        "source": near("aws.ecr", "sealward"),
        "detail-type": near(
            "ECR Image Action",
            "ECR Referrer Action",
            "ECR Replication Action",
            "Look Again",
        ),
        "account": near(ACCOUNT, ACCOUNT, ACCOUNT),
        "region": near(REGION, REGION, REGION),
        "detail": st.fixed_dictionaries(
            {},
            optional={
                "action-type": near("PUSH", "DELETE", "REPLICATE"),
                "result": near("SUCCESS", "FAILED"),
                "repository-name": near("prod/app") | NAMES,
                "image-digest": near("sha256:" + "ab" * 32) | DIGESTS,
                "image-tag": values,
            },
        )
        | values,
    },
)


def outcome(payload: Any) -> tuple[Hint, ...] | MalformedEvent:
    try:
        return parse_events(payload, account=ACCOUNT, region=REGION)
    except MalformedEvent as error:
        return error


@given(values | events)
def test_any_json_value_gives_hints_or_a_malformed_event(payload: Any) -> None:
    found = outcome(payload)
    if isinstance(found, MalformedEvent):
        assert found.reason in EventProblem
        assert len(str(found)) < 300
        assert str(found).isascii()
        return
    assert len(found) <= 1
    for hint in found:
        assert (hint.account, hint.region) == (ACCOUNT, REGION)
        assert re.fullmatch("[a-z0-9._/-]{2,256}", hint.repository)
        assert re.fullmatch("sha256:[0-9a-f]{64}", hint.digest)
        assert outcome(look_again(hint)) == found
