"""Progress is for terminals, and leaves nothing behind."""

import io

from sealward.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(text: str) -> str:
    """Return what a terminal shows in the end."""
    line: list[str] = []
    at = 0
    for one in text:
        if one == "\r":
            at = 0
            continue
        line[at : at + 1] = [one]
        at += 1
    return "".join(line)


def test_it_is_one_line_and_wiped_at_the_end() -> None:
    stream = Terminal()
    with Progress(wanted=True, stream=stream) as progress:
        progress.say("reading something rather long")
        progress.say("short")
        assert shown(stream.getvalue()).rstrip() == "short"
    assert shown(stream.getvalue()).strip() == ""
    assert stream.getvalue().endswith("\r")


def test_it_is_silent_where_nobody_looks() -> None:
    for wanted, stream in ((True, io.StringIO()), (False, Terminal())):
        with Progress(wanted=wanted, stream=stream) as progress:
            progress.say("reading")
        assert stream.getvalue() == ""


def test_it_is_printable_and_short() -> None:
    stream = Terminal()
    with Progress(wanted=True, stream=stream) as progress:
        progress.say("\x1b[2J\n" + "x" * 500)
    assert "\x1b" not in stream.getvalue()
    assert "\n" not in stream.getvalue()
    assert len(shown(stream.getvalue())) <= 80
