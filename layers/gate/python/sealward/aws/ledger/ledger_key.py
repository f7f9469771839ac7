"""The key that seals the ledger: a secret that only the gate's role may read.

CloudFormation makes it up; nobody ever sees it. What is stored is text, so the key is
derived from it: HKDF with SHA-256 (RFC 5869).
"""

import threading
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.ports.failures import Unavailable

LEAST: Final = 32
"""Characters of a secret: fewer could be guessed."""
_INFO: Final = b"sealward ledger seal 1"


class LedgerKey:
    """Asks Secrets Manager at its first use, and keeps the key while the process lives.

    Args:
        secret_id: the secret's name or ARN.
        client: a botocore client of ``secretsmanager``, or what defers to one.
    """

    def __init__(self, secret_id: str, client: Any) -> None:  # noqa: ANN401 (botocore makes its classes at run time)
        self._secret_id = secret_id
        self._client = client
        self._lock = threading.Lock()
        self._key: bytes | None = None

    def __call__(self) -> bytes:
        """Return 32 bytes.

        Raises:
            Unavailable: the service did not answer, or the secret is no such text.
            Denied: this role may not read it.
        """
        with self._lock:
            if self._key is None:
                self._key = _derived(self._text())
            return self._key

    def _text(self) -> str:
        with translated("GetSecretValue of the ledger's key"):
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        text = str(answer.get("SecretString", ""))
        if len(text) < LEAST:
            raise Unavailable(
                f"the ledger's key is shorter than {LEAST} characters: let the stack "
                "make it"
            )
        return text


def _derived(text: str) -> bytes:
    # Only a function that reads or writes the ledger needs them, and only once.
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_INFO)
    return kdf.derive(text.encode())
