"""One suite for every ledger: the images of a repository that an identity signed."""

from dataclasses import replace

from sealward.ports.ledger import Ledger
from sealward.subjects import SubjectKey
from tests.ledger_records import full_record

IDENTITY = "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"


def key(number: int, repository: str = "prod/app") -> SubjectKey:
    return SubjectKey(repository=repository, digest=f"sha256:{number:064x}")


def test_they_are_found_by_repository_and_identity(ledger: Ledger) -> None:
    def write(where: SubjectKey, signer: str) -> None:
        record = replace(full_record(), key=where, version=1, signer=signer)
        ledger.write(record, expected=0)

    for number in (3, 1, 2):
        write(key(number), IDENTITY)
    write(key(4), "x509.subject: CN=Other,O=acme,ST=WA,C=US")
    write(key(5, "prod/application"), IDENTITY)
    found = ledger.signed("prod/app", IDENTITY, limit=10)
    assert list(found) == [key(1), key(2), key(3)]
    assert list(ledger.signed("prod/app", IDENTITY, limit=2)) == [key(1), key(2)]
    assert list(ledger.signed("prod", IDENTITY, limit=2)) == []
