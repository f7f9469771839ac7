"""Settings: what the environment may say, and what is told where it does not."""

import pytest

from sealward.settings import InvalidSettings, Settings

ENVIRONMENT = {
    "SEALWARD_ACCOUNT": "123456789012",
    "SEALWARD_PARTITION": "aws",
    "AWS_REGION": "us-east-1",
    "LEDGER_TABLE": "ledger",
    "LEDGER_KEY": "ledger-key",
    "LOOK_QUEUE_URL": "https://sqs.example/looks",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.example/dead",
    "POLICY_BUNDLE": "s3://policy/bundle.json",
    "CAPABILITY": "observe",
}


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy:0",
        "http://proxy:65536",
        "http://proxy:99999",
        "http://proxy:port",
        "http://proxy",
        "https://proxy:3128",
        "http://user@proxy:3128",
    ],
)
def test_a_proxy_that_is_none_is_named_before_any_look(proxy: str) -> None:
    with pytest.raises(InvalidSettings, match="SEALWARD_HTTP_PROXY is"):
        Settings.of({**ENVIRONMENT, "SEALWARD_HTTP_PROXY": proxy})


@pytest.mark.parametrize("proxy", ["", "http://proxy:3128", "http://10.0.0.1:1/"])
def test_a_proxy_is_taken_as_it_is_written(proxy: str) -> None:
    made = Settings.of({**ENVIRONMENT, "SEALWARD_HTTP_PROXY": proxy})
    assert made.http_proxy == proxy


@pytest.mark.parametrize("capability", ["quarantine", "delete"])
def test_who_may_act_says_where_evidence_is_kept(capability: str) -> None:
    environment = {**ENVIRONMENT, "CAPABILITY": capability}
    with pytest.raises(InvalidSettings, match="EVIDENCE_BUCKET is not set"):
        Settings.of({**environment, "EVIDENCE_BUCKET": " "}).require_evidence()
    Settings.of({**environment, "EVIDENCE_BUCKET": "evidence"}).require_evidence()
    Settings.of(ENVIRONMENT).require_evidence()


def test_signatures_are_kept_where_the_stack_says_yes_and_nowhere_else() -> None:
    assert Settings.of({**ENVIRONMENT, "KEEP_SIGNATURES": "yes"}).keep_signatures
    assert not Settings.of({**ENVIRONMENT, "KEEP_SIGNATURES": "no"}).keep_signatures
    assert not Settings.of(ENVIRONMENT).keep_signatures
    with pytest.raises(InvalidSettings, match="KEEP_SIGNATURES is 'maybe'"):
        Settings.of({**ENVIRONMENT, "KEEP_SIGNATURES": "maybe"})
