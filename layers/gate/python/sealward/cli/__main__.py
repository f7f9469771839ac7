"""``sealward``: the command line.

Exit codes of the ``policy`` commands: 0 the answer is yes or the work is done; 1 the
answer is no (a policy is refused, nothing governs a repository); 2 the command was
called wrongly or a file cannot be read or written. ``verify`` and ``verify-blob`` have
an answer more, so their 2 is "cannot be told" and their 3 what 2 is elsewhere.
"""

from typing import Final

import click

from sealward.cli.cost import cost
from sealward.cli.doctor import doctor
from sealward.cli.endings import EndingGroup
from sealward.cli.evidence import evidence
from sealward.cli.explain import explain
from sealward.cli.export import export
from sealward.cli.ledger import ledger
from sealward.cli.pause import pause, resume
from sealward.cli.policy_check import check
from sealward.cli.policy_compile import compile_
from sealward.cli.policy_show import show
from sealward.cli.proposals import proposals
from sealward.cli.reattach import reattach
from sealward.cli.redo import redo
from sealward.cli.redrive import redrive
from sealward.cli.release import release
from sealward.cli.replication import replication
from sealward.cli.status import status
from sealward.cli.uninstall import uninstall
from sealward.cli.verify import verify
from sealward.cli.verify_blob import verify_blob
from sealward.cli.wait import wait

_SENTENCE: Final = 200
"""Characters of a first sentence; longer than any."""


def _whole_sentences(group: click.Group) -> None:
    """Have the lists of commands show first sentences; click cuts them at 45."""
    for command in group.commands.values():
        command.short_help = command.get_short_help_str(limit=_SENTENCE)
        if isinstance(command, click.Group):
            _whole_sentences(command)


@click.group(cls=EndingGroup)
def main() -> None:
    """Guard Amazon ECR with Notary Project signatures.

    Your image was refused: explain, then what it says under 'mend'; wait in pipelines.
    You run the stack: status, doctor; release and pause when something is held that
    must run. You audit it: ledger, evidence, redo, export. Without a stack: verify,
    verify-blob, policy, cost.

    Each command's --help has its exit codes: 0 is yes, well or done; 1 is no; from 2
    on it cannot be told, or the command was called wrongly.
    """


@main.group()
def policy() -> None:
    """Compile, check and read policy bundles."""


policy.add_command(check)
policy.add_command(compile_)
policy.add_command(show)
main.add_command(evidence)
main.add_command(export)
main.add_command(ledger)
main.add_command(pause)
main.add_command(proposals)
main.add_command(reattach)
main.add_command(release)
main.add_command(replication)
main.add_command(resume)
main.add_command(redo)
main.add_command(verify)
main.add_command(verify_blob)
main.add_command(explain)
main.add_command(wait)
main.add_command(cost)
main.add_command(doctor)
main.add_command(redrive)
main.add_command(status)
main.add_command(uninstall)
_whole_sentences(main)

if __name__ == "__main__":
    main(prog_name="sealward")
