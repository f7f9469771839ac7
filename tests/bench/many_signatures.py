"""One look at an image with many signatures: ``-m tests.bench.many_signatures COUNT``.

All but one are by a signer that the policy does not trust, so that all are verified.
Prints the most memory the process had, in bytes: once all is imported, once the
simulator holds the image and its signatures, and after the look.
"""

import resource
import sys

from sealward.ledger import Verdict
from tests.unit.sealward.stand import Stand

CREATED = "org.opencontainers.image.created"


def peak() -> int:
    """Return the most bytes this process ever had in memory."""
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def main(count: int) -> None:
    """Look, and print.

    Raises:
        RuntimeError: the look examined fewer signatures, or did not end trusted.
    """
    figures = [peak()]
    stand = Stand()
    image = stand.push()
    # What says that it is newer is tried earlier: the good one comes last.
    stand.attach(image, annotations={CREATED: "2020-01-01T00:00:00Z"})
    for number in range(count - 1):
        stand.attach(
            image,
            by=f"CN=Stranger {number},O=foe,ST=WA,C=US",
            annotations={CREATED: "2027-01-01T00:00:00Z"},
        )
    figures.append(peak())
    result = stand.look(image)
    figures.append(peak())
    if result.verdict is not Verdict.TRUSTED or result.candidates != count:
        raise RuntimeError(f"{result.verdict}, {result.candidates} examined")
    print(*figures)


if __name__ == "__main__":
    main(int(sys.argv[1]))
