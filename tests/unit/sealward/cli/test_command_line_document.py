"""The documents show every command as it is: help, examples, exit codes.

docs/command-line.md leads to the pages of commands, one for each reader.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sealward.cli.__main__ import main

ROOT = Path(__file__).parents[4]
PAGES = (
    "command-line.md",
    "operator-commands.md",
    "remedy-commands.md",
    "auditor-commands.md",
    "developers.md",
)
DOCUMENTS = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in PAGES]
SECTION = re.compile(
    r"^## `(sealward[a-z -]*)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*?)(?=^\$ (?!echo)|\Z)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^\| (\d) \| .+ \|$", re.MULTILINE)
# What another run of demo/layouts/make.py gives anew, another case of the demo, or
# another alarm or call: what dollars are made of is held by tests/unit/bench.
CHANGING = re.compile(
    r"[0-9a-f]{64}|(?<=signed at     )[0-9TZ:-]+|\d+ with \d+ scopes"
    r"|(?<=   )\d+\.\d\d$",
    re.MULTILINE,
)
SECTIONS = {
    name: section for text in DOCUMENTS for name, section in SECTION.findall(text)
}


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(commands(main, "sealward"))
EXAMPLES = [
    pytest.param(said, id=f"{name.removeprefix('sealward ')}-{number}")
    for name, section in SECTIONS.items()
    for number, said in enumerate(
        said for block in CONSOLE.findall(section) for said in COMMAND.findall(block)
    )
]


def run(arguments: list[str]) -> tuple[str, int]:
    done = CliRunner().invoke(
        main, arguments, prog_name="sealward", terminal_width=80, color=False
    )
    return done.output, done.exit_code


def test_every_command_has_its_section_in_one_of_the_documents() -> None:
    names = [name for text in DOCUMENTS for name, _ in SECTION.findall(text)]
    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize("text", DOCUMENTS, ids=PAGES)
def test_a_document_has_them_in_the_order_of_the_help(text: str) -> None:
    names = [name for name, _ in SECTION.findall(text)]
    assert names == [name for name in COMMANDS if name in names]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_shows_the_help(name: str) -> None:
    help_, code = run([*name.split()[1:], "--help"])
    assert code == 0
    assert f"```text\n{help_}```" in SECTIONS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_and_section_say_the_exit_codes(name: str) -> None:
    command = COMMANDS[name]
    assert "Exit codes: 0" in re.sub(r"\s+", " ", command.help or "")
    rows = CODE.findall(SECTIONS[name])
    said = re.sub(r"\s+", " ", command.help or "").partition("Exit codes: ")[2]
    assert rows == re.findall(r"(?:^|[,;] )(\d)(?= )", said)


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_ends_as_shown(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, _, shown = text.replace("\\\n", " ").partition("\n")
    output, asked, code = shown.partition("$ echo $?\n")
    for name in ("demo", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    said, ended = run(shlex.split(command)[1:])
    assert ended == (int(code) if asked else 0)
    said, output = CHANGING.sub("?", said).rstrip(), CHANGING.sub("?", output).rstrip()
    if output.endswith("\n..."):
        assert said.startswith(output.removesuffix("..."))
    else:
        assert said == output


def test_there_is_an_example_of_each() -> None:
    assert {str(each.id).rpartition("-")[0] for each in EXAMPLES} == {
        name.removeprefix("sealward ") for name in COMMANDS
    }


@pytest.mark.parametrize("group", [(), ("ledger",), ("export",), ("proposals",)])
def test_a_list_of_commands_cuts_no_sentence(group: tuple[str, ...]) -> None:
    listed = run([*group, "--help"])[0].partition("Commands:")[2]
    assert listed
    assert "..." not in listed
