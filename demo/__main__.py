"""``make demo``: the whole way through, live, then as a table.

Ends 0 when every image came to what it should, 1 when one did not, 2 when the demo
itself could not run.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from demo.cases import Case, Image, load_cases
from demo.stack import (
    BUILD,
    BUNDLE_BUCKET,
    BUNDLE_KEY,
    REGION,
    ROOT,
    DemoError,
    LocalAws,
    build,
    deploy,
    local_aws,
)
from demo.table import print_table
from demo.watch import Seen, Watch
from simulator.push import push_layout
from tests.figures import Figures

POLICY = Path(__file__).parent / "policy"
PATIENCE = 60.0
"""Seconds the stack has to settle all images after the last push."""
BETWEEN_LOOKS = 0.25


class Show:
    """Prints what happens with the seconds since it began."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the show began."""
        return time.monotonic() - self._start

    def line(self, text: str) -> None:
        """Print ``text`` behind the time."""
        print(f"{self.elapsed:6.1f} s  {text}", flush=True)


def play(
    cases: Sequence[Case], aws: LocalAws, watch: Watch, show: Show
) -> dict[Image, Seen | None]:
    """Push every case as it is told and watch until all images are as expected.

    Returns what was last seen of each image, as expected or not, once all are or the
    stack's patience is over.
    """
    ecr = aws.client("ecr")
    begun = time.monotonic()
    waiting = [(case, push) for case in cases for push in case.pushes]
    images = [image for case in cases for image in case.images]
    seen: dict[Image, Seen | None] = dict.fromkeys(images)
    last_push = begun
    while True:
        for case, push in list(waiting):
            held = all(
                moment is not None and moment.hold == "held"
                for image, moment in seen.items()
                if image.case == case.name
            )
            due = held if push.once_held else time.monotonic() - begun >= push.after
            if due:
                push_layout(
                    ecr,
                    layout=case.layout,
                    repository=case.repository,
                    digests=push.digests,
                )
                waiting.remove((case, push))
                last_push = time.monotonic()
                what = "its signature" if push.after or push.once_held else case.about
                show.line(f"{case.name:<24} pushed: {what}")
        for image in images:
            moment = watch.seen(image, now=datetime.now(UTC))
            before = seen[image]
            if moment and (before is None or before.summary != moment.summary):
                show.line(f"{image.label:<24} {moment.summary}")
            seen[image] = moment
        open_ = [i for i in images if not as_expected(i, seen[i])]
        if not waiting and not open_:
            return seen
        if time.monotonic() - last_push > PATIENCE:
            return seen
        time.sleep(BETWEEN_LOOKS)


def as_expected(image: Image, seen: Seen | None) -> bool:
    """Return whether the image came to what it should."""
    if seen is None:
        return False
    if image.expected.reason and image.expected.reason != seen.outcome.reason:
        return False
    return (image.expected.verdict, image.expected.step, image.expected.finding) == (
        seen.outcome.verdict,
        seen.outcome.step,
        seen.outcome.finding,
    )


def judge(
    images: Sequence[Image], seen: dict[Image, Seen | None], watch: Watch, took: float
) -> int:
    """Print the table and the figures; return the exit status."""
    print_table(
        [(image, seen[image], watch.status(image)) for image in images], as_expected
    )
    figures = Figures("demo", build=BUILD)
    figures.add("cases", len({image.case for image in images}), least=10)
    figures.add("images", len(images))
    wrong = [image for image in images if not as_expected(image, seen[image])]
    figures.add("images_not_as_expected", len(wrong), exactly=0)
    held = [image for image in images if image.expected.step == "archive"]
    pullable = sum(watch.pullable(image) for image in held)
    figures.add("held_images_still_pullable", pullable, exactly=0)
    exposures = [found.exposure for image in held if (found := seen[image])]
    figures.add("looks_sent_by_the_function", watch.looks_sent(), least=1)
    figures.add("longest_exposure_seconds", max(exposures, default=0.0))
    figures.add("seconds", took)
    return figures.finish()


def explain_keep(aws: LocalAws) -> None:
    """Print how to go on with what was left running."""
    python = Path(sys.executable).relative_to(ROOT)
    print(
        f"""
Left running at {aws.endpoint} (KEEP=1). In another shell:

  {python} -m simulator push path/to/oci-layout demo/mine    # your own OCI layout
  {python} -m simulator images demo/mine                     # ACTIVE or ARCHIVED
  {python} -m simulator findings                             # what Security Hub holds
  {python} -m simulator down                                 # stop it

demo/mine has no policy yet, so its images are ungoverned: push to one of the demo's
repositories, or give it a policy. The stack reads s3://{BUNDLE_BUCKET}/{BUNDLE_KEY};
any AWS client reaches it with

  export AWS_ENDPOINT_URL={aws.endpoint} AWS_DEFAULT_REGION={REGION}
  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing

See docs/local-aws.md#your-own-policy"""
    )


def main() -> int:
    """Run the demo; return the exit status."""
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--keep", action="store_true", help="leave it running")
    keep: bool = arguments.parse_args().keep
    show = Show()
    cases = load_cases()
    images = [image for case in cases for image in case.images]
    try:
        with ThreadPoolExecutor(1) as beside, local_aws(keep=keep) as aws:
            building = beside.submit(build)
            show.line(f"local AWS up at {aws.endpoint}, IAM enforced")
            building.result()
            show.line("sam build: done (the real template.yaml)")
            outputs = deploy(aws, POLICY / "bundle.json", capability="quarantine")
            show.line("sam deploy: done, Capability=quarantine")
            watch = Watch(aws, table=outputs["LedgerTable"])
            seen = play(cases, aws, watch, show)
            status = judge(images, seen, watch, show.elapsed)
            if keep:
                explain_keep(aws)
            return status
    except DemoError as error:
        print(f"make demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("make demo: interrupted; nothing is left running", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
