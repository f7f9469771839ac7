"""Who sent a request: what goes to AWS STS, where to, and what its answer means.

Against a small server on this machine; what AWS STS itself makes of a signature is
tested on the local AWS (``test_ministack_mount.py``).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.credentials import Credentials

from sealward.aws.caller_identity import StsCallers, prove, prove_by
from sealward.aws.clients import Clients
from sealward.operate.proofs import BODY, HEADER, Proof, hashed, read_proof
from sealward.ports.failures import Denied, PortError, Unavailable

REGION = "us-east-1"
ARN = "arn:aws:sts::123456789012:assumed-role/OnCall/alice@example.com"
ANSWER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    f"<GetCallerIdentityResult><Arn>{ARN}</Arn><UserId>A:b</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
)
TEXT = '{"command": "pause"}'


@dataclass
class Sts:
    """Answers as it is told; remembers what it was asked."""

    url: str = ""
    status: int = 200
    answer: str = ANSWER
    location: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


def _serve(sts: Sts) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sts.asked.append((self.command, self.path, dict(self.headers), body))
            self.send_response(sts.status)
            if sts.location:
                self.send_header("Location", sts.location)
            self.end_headers()
            self.wfile.write(sts.answer.encode())

        do_GET = do_POST  # noqa: N815 - the standard library's name

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    sts.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sts]:
    found = Sts()
    server = _serve(found)
    for name, value in {
        "AWS_ENDPOINT_URL": found.url,
        "AWS_ACCESS_KEY_ID": "AKIDSTACK",
        "AWS_SECRET_ACCESS_KEY": "the stack's own",
        "AWS_SESSION_TOKEN": "the-stacks-own-token",
    }.items():
        monkeypatch.setenv(name, value)
    yield found
    server.shutdown()
    server.server_close()


def persons(sts: Sts, token: str | None = None) -> Proof:
    return prove_by(TEXT, Credentials("AKIDPERSON", "secret", token), sts.url, REGION)


def test_what_the_person_signed_is_sent_and_nothing_of_the_stacks_own(
    sts: Sts,
) -> None:
    caller = StsCallers(Clients().regional_sts(REGION)).caller(TEXT, persons(sts))
    assert (caller.account, caller.arn) == ("123456789012", ARN)
    ((method, path, headers, body),) = sts.asked
    assert (method, path, body) == ("POST", "/", BODY)
    assert headers["Host"] == sts.url.removeprefix("http://")
    assert headers[HEADER] == hashed(TEXT)
    assert "AKIDPERSON" in headers["Authorization"]
    assert "X-Amz-Security-Token" not in headers
    assert "AKIDSTACK" not in str(headers)
    assert "the-stacks-own-token" not in str(headers)


def test_one_persons_token_never_goes_with_anothers_request(sts: Sts) -> None:
    callers = StsCallers(Clients().regional_sts(REGION))
    callers.caller(TEXT, persons(sts, "alices-token"))
    callers.caller(TEXT, persons(sts))
    (_, _, first, _), (_, _, second, _) = sts.asked
    assert first["X-Amz-Security-Token"] == "alices-token"
    assert "X-Amz-Security-Token" not in second


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_followed_nowhere(sts: Sts, status: int) -> None:
    elsewhere = Sts()
    server = _serve(elsewhere)
    sts.status, sts.location, sts.answer = status, f"{elsewhere.url}/", ""
    try:
        with pytest.raises(PortError):
            StsCallers(Clients().regional_sts(REGION)).caller(TEXT, persons(sts))
    finally:
        server.shutdown()
        server.server_close()
    assert elsewhere.asked == []
    assert len(sts.asked) >= 1


def _error(code: str, message: str) -> str:
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "</ErrorResponse>"
    )


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "SignatureDoesNotMatch", Denied),
        (403, "InvalidClientTokenId", Denied),
        (403, "ExpiredToken", Denied),
        (400, "RequestExpired", Denied),
        (400, "ThrottlingException", Unavailable),
        (403, "AccessDenied", Denied),
        (503, "ServiceUnavailable", Unavailable),
    ],
)
def test_what_is_no_proof_is_denied_and_its_words_are_not_repeated(
    sts: Sts, status: int, code: str, expected: type[PortError]
) -> None:
    sts.status, sts.answer = status, _error(code, "alices-token is not valid")
    with pytest.raises(expected) as refused:
        StsCallers(Clients().regional_sts(REGION)).caller(
            TEXT, persons(sts, "alices-token")
        )
    assert "alices-token" not in str(refused.value)
    assert code in str(refused.value)


@pytest.mark.parametrize("answer", ["", "<a", "[]", "<GetCallerIdentityResponse/>"])
def test_an_answer_that_names_nobody_proves_nobody(sts: Sts, answer: str) -> None:
    sts.answer = answer
    with pytest.raises(Unavailable):
        StsCallers(Clients().regional_sts(REGION)).caller(TEXT, persons(sts))


@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
    ],
    ids=str,
)
@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1"])
def test_who_signs_means_the_address_that_the_stack_sends_to(
    monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], region: str
) -> None:
    """A person's own settings must not make a proof that the stack cannot use."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    stacks = Clients().regional_sts(region).meta.endpoint_url
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert Clients().regional_sts(region).meta.endpoint_url == stacks
    assert stacks.startswith(f"https://sts.{region}.")


def test_a_persons_proof_is_read_as_it_was_made(
    sts: Sts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    proof = prove(TEXT, Clients(), REGION)
    read = read_proof(
        {
            "authorization": proof.authorization,
            "date": proof.date,
            "token": proof.token,
        },
        region=REGION,
    )
    assert read == proof
    assert sts.asked == []  # signing asks nobody
