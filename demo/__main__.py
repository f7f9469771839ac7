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

from demo.bundles import bundle_of_run, bundles_elsewhere
from demo.cases import Case, Image, Push, load_cases
from demo.departure import depart
from demo.notation import notation_command
from demo.stack import (
    ACCOUNT,
    BUILD,
    BUNDLE_KEY,
    ELSEWHERE,
    REGION,
    ROOT,
    DemoError,
    Deployment,
    LocalAws,
    build,
    bundle_bucket,
    deploy,
    local_aws,
    put_bundle,
)
from demo.stage import BETWEEN_LOOKS, PATIENCE, Show, Stage
from demo.stories import TOPIC, Mended, Story, stories
from demo.stories.mended import REPOSITORY as MENDED
from demo.table import print_table
from demo.watch import Seen
from tests.figures import Figures

POLICY = Path(__file__).parent / "policy"


def play(
    cases: Sequence[Case], told: Sequence[Story], stage: Stage
) -> dict[Image, Seen | None]:
    """Push every case as it is told and watch until all images are as expected.

    The stories are told meanwhile. Returns what was last seen of each image, as
    expected or not, once all are or the stack's patience is over.

    Raises:
        DemoError: a story could not be told.
    """
    waiting = [(case, push) for case in cases for push in case.pushes]
    images = [image for case in cases for image in case.images]
    images += [image for story in told for image in story.images]
    seen: dict[Image, Seen | None] = dict.fromkeys(images)
    with ThreadPoolExecutor(max(len(told), 1)) as threads:
        telling = [threads.submit(story.tell, stage) for story in told]
        begun = time.monotonic()
        while True:
            for case, push in list(waiting):
                if _due(case, push, seen, since=begun):
                    stage.push_from(case.layout, case.repository, push.digests)
                    waiting.remove((case, push))
                    late = push.after or push.once_held
                    stage.say(
                        case.name, f"pushed: {'its signature' if late else case.about}"
                    )
            wrong = _wrong(seen)
            done = all(each.done() for each in telling) and not waiting
            # Those that are as expected are read once more, when all others are too.
            _watch(wrong if wrong or not done else images, seen, stage)
            settled = done and not wrong and not _wrong(seen)
            if settled or (done and time.monotonic() - stage.last_act > PATIENCE):
                break
            time.sleep(BETWEEN_LOOKS)
    for story, each in zip(told, telling, strict=True):
        if failed := each.exception():
            raise DemoError(f"the story {story.name} broke off: {failed}") from failed
    return seen


def _wrong(seen: dict[Image, Seen | None]) -> list[Image]:
    return [image for image, moment in seen.items() if not as_expected(image, moment)]


def _due(
    case: Case, push: Push, seen: dict[Image, Seen | None], *, since: float
) -> bool:
    """Return whether the time of ``push`` has come."""
    if not push.once_held:
        return time.monotonic() - since >= push.after
    return all(
        moment is not None and moment.hold == "held"
        for image, moment in seen.items()
        if image.case == case.name
    )


def _watch(
    images: Sequence[Image], seen: dict[Image, Seen | None], stage: Stage
) -> None:
    """See how the images are; say what changed."""
    for image in images:
        moment = stage.watch_of(image).seen(image, now=datetime.now(UTC))
        before = seen[image]
        if moment and (before is None or before.summary != moment.summary):
            stage.say(image.label, moment.summary)
        seen[image] = moment


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
    seen: dict[Image, Seen | None], told: Sequence[Story], stage: Stage, *, stays: bool
) -> int:
    """Print the table and the figures, and go; return the exit status.

    Where it ``stays`` nothing is uninstalled.
    """
    images = list(seen)
    print_table(
        [(each, seen[each], stage.watch_of(each).status(each)) for each in images],
        as_expected,
    )
    figures = Figures("demo", build=BUILD)
    figures.add("cases", len({image.case for image in images}), least=10)
    figures.add("images", len(images))
    figures.add("images_not_as_expected", len(_wrong(seen)), exactly=0)
    held = [image for image in images if image.expected.step == "archive"]
    pullable = sum(stage.watch_of(image).pullable(image) for image in held)
    figures.add("held_images_still_pullable", pullable, exactly=0)
    exposures = [found.exposure for image in held if (found := seen[image])]
    figures.add("looks_sent_by_the_function", stage.watch.looks_sent(), least=1)
    figures.add("longest_exposure_seconds", max(exposures, default=0.0))
    for story in told:
        story.judge(stage, figures)
    if not stays:
        depart(stage, figures)
    figures.add("seconds", stage.elapsed)
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
repositories, or give it a policy. The stack reads s3://{bundle_bucket(ACCOUNT)}/{BUNDLE_KEY};
any AWS client reaches it with

  export AWS_ENDPOINT_URL={aws.endpoint} AWS_DEFAULT_REGION={REGION}
  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing

See docs/local-aws.md#your-own-policy"""
    )


def deploy_both(aws: LocalAws, mended: Mended | None) -> tuple[Deployment, Deployment]:
    """Deploy the stack into two accounts, side by side."""
    committed = (POLICY / "bundle.json").read_bytes()
    teams = {MENDED: mended.team.certificate} if mended else {}
    bundle = bundle_of_run(committed, datetime.now(UTC), teams=teams, topic=TOPIC)
    old, published = bundles_elsewhere(committed)
    elsewhere = aws.of(ELSEWHERE)
    bucket = f"{bundle_bucket(ELSEWHERE)}-published"
    put_bundle(elsewhere, bucket, BUNDLE_KEY, published)
    parameters = {
        "Capability": "quarantine",
        "PublishedBundle": f"s3://{bucket}/{BUNDLE_KEY}",
    }
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(deploy, elsewhere, old, parameters)
        own = {"Capability": "delete", "OwnerTopicArns": TOPIC}
        return deploy(aws, bundle, own), other.result()


def main() -> int:
    """Run the demo; return the exit status."""
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--keep", action="store_true", help="leave it running")
    keep: bool = arguments.parse_args().keep
    show = Show()
    cases, notation = load_cases(), notation_command()
    try:
        mended = Mended(notation) if notation else None
        told = stories(mended)
        with ThreadPoolExecutor(1) as beside, local_aws(keep=keep) as aws:
            building = beside.submit(build)
            show.line(f"local AWS up at {aws.endpoint}, IAM enforced")
            building.result()
            show.line("sam build: done (the real template.yaml)")
            for story in told:
                story.prepare(aws)
            stage = Stage(*deploy_both(aws, mended), show)
            show.line("sam deploy: done, into two accounts side by side")
            if mended is None:
                show.line(
                    "left out: a held image mended by the real notation, which is not "
                    "at hand (Go builds it; or NOTATION=/path/to/notation)"
                )
            status = judge(play(cases, told, stage), told, stage, stays=keep)
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
