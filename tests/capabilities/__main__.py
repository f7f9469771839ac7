"""``make capabilities``: each capability with each use case, by the template's roles.

One local AWS with enforced IAM, three accounts side by side, a stack in each: observe,
quarantine, delete. Every use case is played on all three and must end as
tests/capabilities/expected.py says; people ask; each stack is left. Then no call may
have been denied, and each grant of each role must have been used, or have its reason.
"""

import argparse
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from demo.stack import BUILD, DemoError, build
from tests.capabilities.account import Account
from tests.capabilities.canary import verdicts_of_the_canary
from tests.capabilities.departure import leave, to_be_left
from tests.capabilities.ground import deployed, local_aws
from tests.capabilities.playing import Outcome, play, still
from tests.capabilities.questions import unexpected
from tests.capabilities.responder import responder
from tests.capabilities.rights import Roles, calls, judge_rights
from tests.capabilities.table import print_table
from tests.figures import Figures


def main() -> int:
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(prog="make capabilities")
    parser.add_argument("--built", action="store_true", help="build/sam-local is there")
    parser.add_argument("--only", nargs="*", default=[], help="use cases")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    start = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {text}", flush=True)

    BUILD.mkdir(exist_ok=True)
    figures = Figures("capabilities", build=BUILD)
    try:
        if not arguments.built:
            build()
            say("sam build: done (the real template.yaml)")
        with local_aws() as aws, responder() as proxy:
            accounts = deployed(aws, proxy)
            say("sam deploy: done, observe, quarantine and delete side by side")
            roles = [Roles(each.aws) for each in accounts]
            with ThreadPoolExecutor(len(accounts)) as beside:
                played = list(
                    beside.map(lambda each: play(each, arguments.only), accounts)
                )
                say("every use case is played")
                played = list(beside.map(still, accounts, played))
                list(beside.map(_end, accounts, [figures] * len(accounts)))
            say("the stacks are left")
            print_table(accounts, played)
            _judge(figures, accounts, played)
            judge_rights(
                figures, roles, calls(aws, "operations"), calls(aws, "denials")
            )
    except DemoError as error:
        print(f"make capabilities: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("make capabilities: interrupted; nothing is left running")
        return 2
    figures.add("seconds", time.monotonic() - start)
    return figures.finish()


def _end(here: Account, figures: Figures) -> None:
    """Have the canary sing, ask what people ask, and leave."""
    name = here.capability.value
    canary = verdicts_of_the_canary(here)
    figures.add(f"{name}_canary_verdicts", canary, exactly=2)
    wrong = " ".join(unexpected(here)) or "none"
    figures.add(f"{name}_commands_not_as_expected", wrong, exactly="none")
    left, wanted = leave(here), to_be_left(here)
    for what, value in left.items():
        figures.add(f"{name}_uninstall_{what}", value, exactly=wanted[what])


def _judge(
    figures: Figures, accounts: list[Account], played: list[dict[str, Outcome]]
) -> None:
    for here, outcomes in zip(accounts, played, strict=True):
        name = here.capability.value
        figures.add(f"{name}_use_cases", len(outcomes), least=1)
        wrong = [each for each, outcome in outcomes.items() if not outcome.right]
        figures.add(
            f"{name}_use_cases_not_as_expected",
            " ".join(wrong) or "none",
            exactly="none",
        )


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
