"""``sealward``: the command line.

Exit codes, the same for every command: 0 the answer is yes or the work is done; 1 the
answer is no (a policy is refused, nothing governs a repository); 2 the command was
called wrongly or a file cannot be read or written.
"""

import click

from sealward.cli.policy_check import check
from sealward.cli.policy_compile import compile_
from sealward.cli.policy_show import show


@click.group()
def main() -> None:
    """Guard Amazon ECR with Notary Project signatures.

    Exit codes: 0 yes or done, 1 no (refused, ungoverned), 2 wrong usage or unreadable
    file.
    """


@main.group()
def policy() -> None:
    """Compile, check and read policy bundles."""


policy.add_command(check)
policy.add_command(compile_)
policy.add_command(show)

if __name__ == "__main__":
    main(prog_name="sealward")
