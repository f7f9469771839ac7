"""URLs of revocation sources: whatever the text, one reading or none."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from sealward.policy.revocation import HostPort
from sealward.web.urls import RefusedUrl, Url, parse_url

_PIECES = st.sampled_from(
    [
        *"abz019.-_:/@?#%[]\\ \r\n\t",
        "http",
        "://",
        "//",
        "::1",
        "127.0.0.1",
        "0x7f",
        "é",
    ]
)
TEXTS = st.text() | st.lists(_PIECES).map("".join).map(lambda rest: f"http://{rest}")


def read(text: str) -> Url | None:
    try:
        return parse_url(text)
    except RefusedUrl:
        return None


@given(TEXTS)
def test_any_text_is_a_plain_url_or_refused(text: str) -> None:
    url = read(text)
    if url is None:
        return
    assert text.isascii()
    assert text.isprintable()
    assert "@" not in url.host
    assert 1 <= url.port <= 65_535
    assert url.target.startswith("/")
    # As the library that everybody uses reads it.
    other = urlsplit(text)
    assert other.scheme == "http"
    assert other.username is None
    assert (other.port or 80) == url.port
    assert other.hostname is not None
    assert other.hostname == url.host or ip_address(other.hostname) == ip_address(
        url.host
    )


@given(TEXTS)
def test_what_was_read_reads_the_same_again(text: str) -> None:
    url = read(text)
    if url is not None:
        assert read(f"http://{url.source}{url.target}") == url


@given(st.text() | st.lists(_PIECES).map("".join).map(lambda host: f"{host}:80"))
def test_any_host_of_a_policy_is_one_spelling_or_refused(text: str) -> None:
    try:
        found = HostPort.parse(text)
    except ValueError:
        return
    assert HostPort.parse(str(found)) == found
    assert found.host == found.host.lower()
