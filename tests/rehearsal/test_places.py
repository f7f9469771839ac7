"""Every command that a document shows has its place, and no place is stale."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from sealward.cli.__main__ import main
from tests.rehearsal.places import ROWS, Place, row_of
from tests.rehearsal.shown import ROOT, commands, documents
from tests.rehearsal.words import UNKNOWN, WORDS, with_values

SHOWN = commands()
INLINE = re.compile(r"(?<!`)`(sealward [a-z][^`\n]*)`(?!`)")


def test_there_are_commands_to_rehearse() -> None:
    assert {each.document for each in SHOWN} >= {"README.md", "docs/operations.md"}
    assert len(SHOWN) > 100


def test_every_command_has_its_place() -> None:
    assert [f"{each.place}: {each.text}" for each in SHOWN if not row_of(each)] == []


def test_no_place_is_stale() -> None:
    used = {id(row_of(each)) for each in SHOWN}
    assert [row.pattern for row in ROWS if id(row) not in used] == []


def test_what_is_not_run_says_why() -> None:
    reasons = [row.why for row in ROWS if row.place is Place.NOWHERE]
    assert reasons
    assert all(len(why) > 20 for why in reasons)


def test_the_named_stages_exist() -> None:
    named = {row.why for row in ROWS if row.place is Place.STAGE}
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert named - set(re.findall(r"^ *stage ([\w-]+) ", script, re.MULTILINE)) == set()
    assert "-m tests.rehearsal" in script


def test_no_word_to_be_replaced_is_stale() -> None:
    texts = " ".join(each.text for each in SHOWN)
    assert [word for word in WORDS if word not in texts] == []


@pytest.mark.parametrize("place", [Place.OFFLINE, Place.DEPLOYED])
def test_no_command_keeps_a_word_that_somebody_has_to_replace(place: Place) -> None:
    values = dict.fromkeys(set(WORDS.values()), "given")
    said = [
        with_values(each.text, values)
        for each in SHOWN
        if (row := row_of(each)) and row.place is place
    ]
    assert said
    assert [text for text in said if UNKNOWN.search(text)] == []


def _inline() -> Iterator[tuple[str, str]]:
    for path in documents():
        if not re.fullmatch(r"command-line\.md|\w+-commands\.md", path.name):
            for said in INLINE.findall(path.read_text(encoding="utf-8")):
                yield path.name, said


def test_what_a_sentence_names_is_a_command_with_such_options() -> None:
    wrong = []
    for document, said in _inline():
        words = said.replace("|", " | ").split()[1:]
        command: click.Command | None = main
        while words and isinstance(command, click.Group):
            command = command.commands.get(words.pop(0))
        known = command.params if command else ()
        options = {"--help"} | {name for option in known for name in option.opts}
        unknown = {
            word.partition("=")[0] for word in words if word.startswith("--")
        } - options
        if command is None or unknown:
            wrong.append(f"{document}: {said}")
    assert wrong == []


def test_every_command_can_be_split_into_words() -> None:
    for each in SHOWN:
        assert shlex.split(each.text), each.place
