"""Which subjects a trusted identity matches."""

from tests import forge
from tests.interop.workbench import Workbench


def ask(bench: Workbench) -> None:
    """Which subjects a trusted identity matches."""
    root = forge.CertificateAuthority.root("Identities")
    store = bench.store("ca:identities", root.leaf().root_der)
    subjects = {
        "plain": "CN=build,O=acme,L=Seattle,ST=WA,C=US",
        "comma": r"CN=build\, test,O=acme,ST=WA,C=US",
        "no state": "CN=build,O=acme,C=US",
        "upper case": "CN=BUILD,O=acme,ST=WA,C=US",
        "one more unit": "CN=build,OU=ci,O=acme,ST=WA,C=US",
        "two units": "CN=build,OU=ci,OU=cd,O=acme,ST=WA,C=US",
    }
    identities = (
        ["*"],
        ["x509.subject: CN=build,O=acme,L=Seattle,ST=WA,C=US"],
        ["x509.subject: C=US, ST=WA, L=Seattle, O=acme, CN=build"],
        ["x509.subject: C=US, ST=WA, O=acme"],
        ["x509.subject: C=US, S=WA, O=acme"],
        ["x509.subject:C=US;ST=WA;O=acme"],
        [r"x509.subject: C=US, ST=WA, O=acme, CN=build\, test"],
        [r"x509.subject: C=US, ST=WA, O=acme, CN=\62uild"],
        ["x509.subject: C=US, ST=WA, O=acme, CN=build", "x509.subject: C=DE,ST=BE,O=x"],
        ["x509.subject: C=US, ST=WA, O=acme, OU=ci"],
        ["x509.subject: C=US, ST=WA, O=acme, cn=build"],
        ["x509.subject: C=US, ST=WA, O=Acme"],
        ["x509.subject: C=DE, ST=WA, O=acme"],
        ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/x"],
    )
    for subject, text in subjects.items():
        image = bench.forged(f"subject {subject}", root.leaf(text))
        for written in identities:
            bench.ask(
                "identity",
                f"{subject}: {' or '.join(written)}",
                image,
                stores=[store],
                identities=written,
            )
