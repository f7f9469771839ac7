"""The commands that the documents show in fenced blocks, in the order of a reader.

A block without a language, or of ``sh``, is commands; of ``console`` and ``text`` the
lines after ``$`` are, with what they print below. Blocks of other languages are data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READ_FIRST = ("local-aws", "policy", "operations", "rollout", "developers")
"""Documents of docs/ in the order that a stranger comes by; the others follow."""
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^\$ (.*?)(?=^\$ (?!echo)|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^\$ echo \$\?\n(\d+)\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One command as a document shows it."""

    document: str
    line: int
    text: str
    """The command, on one line, without its comment."""
    output: str = ""
    """What the document says that it prints, if it says so."""
    code: int = 0
    """The exit code that the document shows; 0 where it shows none."""
    console: bool = False
    """Whether the output is shown exactly, in a block of ``console``."""

    @property
    def place(self) -> str:
        """Return where it is shown."""
        return f"{self.document}:{self.line}"


def documents() -> list[Path]:
    """Return the read-me and docs/*.md, in the order that a stranger reads them."""
    docs = {path.stem: path for path in sorted((ROOT / "docs").glob("*.md"))}
    first = [docs.pop(name) for name in READ_FIRST if name in docs]
    return [ROOT / "README.md", *first, *docs.values()]


def commands() -> list[Shown]:
    """Return every command of every document."""
    return [shown for path in documents() for shown in commands_of(path)]


def commands_of(path: Path) -> Iterator[Shown]:
    """Yield the commands of one document."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    for block in _BLOCK.finditer(text):
        first = text[: block.start()].count("\n") + 2
        match block[1]:
            case "" | "sh":
                for offset, command in _lines(block[2]):
                    yield Shown(document=name, line=first + offset, text=command)
            case "console" | "text":
                for said in _PROMPT.finditer(block[2]):
                    offset = block[2][: said.start()].count("\n")
                    command, _, output = said[1].replace("\\\n", " ").partition("\n")
                    code = _CODE.search(output)
                    yield Shown(
                        document=name,
                        line=first + offset,
                        text=" ".join(command.split()),
                        output=_CODE.sub("", output),
                        code=int(code[1]) if code else 0,
                        console=block[1] == "console",
                    )
            case _:
                pass


def _lines(block: str) -> Iterator[tuple[int, str]]:
    """Yield the commands of a block with the line of it where each begins.

    A backslash, an indent and an open quote go on with the line before.
    """
    begun, begins = "", 0
    for number, line in enumerate(block.splitlines()):
        more = begun.endswith("\\") or line.startswith(" ") or begun.count("'") % 2
        if begun and not more:
            yield begins, _plain(begun)
            begun = ""
        if not begun:
            begins = number
        begun = begun.removesuffix("\\") + " " + line if begun else line
    if begun.strip():
        yield begins, _plain(begun)


def _plain(command: str) -> str:
    """Return it without its comment, blanks made one."""
    return " ".join(re.sub(r"(?:^|\s)#\s.*$", "", command.replace("\\ ", "")).split())
