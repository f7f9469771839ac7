"""A trust store that cannot be read is a problem that says what to do, no traceback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sealward.cli.trust_store_folder import read_trust_stores
from sealward.policy.problems import InvalidBundle
from tests import forge


def test_a_folder_that_may_not_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights mean nothing to root, so the refusal itself is put in its place."""
    store = tmp_path / "x509" / "ca" / "acme"
    store.mkdir(parents=True)
    (store / "root.der").write_bytes(forge.chain(1, algorithm="ES256").root_der)
    assert read_trust_stores(tmp_path, ["ca:acme"])["ca:acme"]

    def refused(_self: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(InvalidBundle) as caught:
        read_trust_stores(tmp_path, ["ca:acme"])
    (problem,) = caught.value.problems
    assert "ca:acme cannot be read" in problem.message
    assert "Permission denied" in problem.message
    assert "right to list" in str(problem.remedy)
