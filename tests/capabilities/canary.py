"""The canary: an image refused and another trusted, each day, by its own role."""

from datetime import UTC, datetime

from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.policy import CANARY


def verdicts_of_the_canary(here: Account) -> int:
    """Have a signed image there, push the day's, check; return how many are right."""
    shelf = here.shelf(CANARY)
    good = shelf.image("good", tag="good")
    shelf.sign(good)
    key = shelf.key(good)
    here.until(lambda: here.verdict(key) == "trusted")
    here.invoke("CanaryFunction", {"step": "push"})
    here.until(lambda: here.verdict(_bad(here)) == "unsigned")
    here.until(lambda: any(tag.startswith("good-") for tag in _tags(here, key)))
    return int(here.invoke("CanaryFunction", {"step": "check"})["verdicts"])


def _bad(here: Account) -> SubjectKey:
    """Return the day's bad image."""
    images = here.aws.client("ecr").describe_images(
        repositoryName=CANARY, filter={"imageStatus": "ANY"}
    )["imageDetails"]
    today = f"bad-{datetime.now(UTC):%Y-%m-%d}"
    digest = next(
        each["imageDigest"] for each in images if today in each.get("imageTags", ())
    )
    return SubjectKey(repository=CANARY, digest=digest)


def _tags(here: Account, key: SubjectKey) -> tuple[str, ...]:
    record = here.record(key)
    return record.tags if record else ()
