"""The cold start: what importing x509 leaves uncompiled works all the same.

Each in a process of its own, for which x509 is new.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COUNTED = """
import re, sys
from re import _compiler
sys.path.insert(0, {gate!r})
compiled, at_once = [], _compiler.compile
def counted(pattern, flags=0):
    compiled.append(str(pattern))
    return at_once(pattern, flags)
_compiler.compile = counted
compile_before = re.compile
"""


def _said(script: str) -> str:
    preamble = COUNTED.format(gate=str(ROOT / "layers/gate/python"))
    run = subprocess.run(
        [sys.executable, "-c", preamble + script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


WIDE = "print(sum(chr(sys.maxunicode) in each for each in compiled))"


def test_no_pattern_over_all_of_unicode_is_compiled() -> None:
    ours = "from sealward.cold_start import import_libraries; import_libraries();"
    assert _said(ours + WIDE) == "0"
    assert _said("import cryptography.x509;" + WIDE) == "1"


def test_what_is_listed_as_unused_is_not_used_to_make_clients() -> None:
    """Else a start would do it all the same, and more slowly."""
    said = _said(
        """
from sealward import cold_start
used, kept, as_ever = [], set(), cold_start._Pattern
class Noted(as_ever):
    def __init__(self, *written):
        self._of = sys._getframe(2).f_globals["__name__"]
        kept.add(self._of)
        super().__init__(*written)
    def __getattr__(self, name):
        used.append(self._of)
        return super().__getattr__(name)
cold_start._Pattern = Noted
cold_start.import_libraries()
import botocore.session
session = botocore.session.Session()
for service in ("ecr", "dynamodb"):
    session.create_client(service, region_name="us-east-1").meta.endpoint_url
print(used)
print(sorted(cold_start.UNUSED - kept))
"""
    )
    # Once: which Python this is, for the words that botocore says of itself.
    assert said == "['platform']\n[]"


def test_what_is_used_of_them_works_as_ever() -> None:
    read = """
import email.header, email.utils, importlib.metadata, locale, platform, string
import configparser, copy, io, pickle, tokenize
import urllib.request, xml.etree.ElementTree as tree
settings = configparser.RawConfigParser()
settings.read_string("[a]\\nb = c\\n  d\\n# e\\n[f g]\\nh = 1")
print({name: dict(settings[name]) for name in settings})
print(email.header.decode_header("=?utf-8?b?w6k=?= b"))
print(email.utils.formataddr(('a "b" (c)', "d@e")))
print(importlib.metadata.EntryPoint("a", "b.c:d [e]", "f").extras)
print(locale.format_string("%5.1f|%s", (1.25, "b")))
print(platform.python_version(), platform.libc_ver() != ("", ""))
print(copy.deepcopy(settings)["a"]["b"], pickle.loads(pickle.dumps(settings))["a"]["b"])
print(copy.copy(settings.SECTCRE).match("[x]").group("header"))
print(string.Template("$a ${b} $$").substitute(a=1, b=2))
print(tokenize.detect_encoding(io.BytesIO(b"# coding: latin-1").readline))
print(tree.fromstring("<a><b c='d'/></a>").findall("./b[@c='d']")[0].tag)
"""
    ours = "from sealward.cold_start import import_libraries; import_libraries()"
    assert _said(ours + read) == _said(read)


def test_names_are_read_with_those_patterns_as_ever() -> None:
    read = """
from cryptography import x509
for text in (r"CN=A\\, b,O=\\C3\\A9 c,1.2.3=#0403", "CN=a+OU=b", "CN=", "=x", "CN=a,,"):
    try:
        print(ascii(x509.Name.from_rfc4514_string(text)))
    except ValueError as error:
        print(type(error).__name__)
"""
    ours = "from sealward.cold_start import import_libraries; import_libraries()"
    said = _said(ours + read)
    assert said == _said(read)
    assert said.count("<Name(") >= 2
    assert "ValueError" in said


def test_whatever_else_is_compiled_is_a_pattern_at_once() -> None:
    assert (
        _said(
            """
from sealward.cold_start import UNUSED, import_libraries
import_libraries()
assert re.compile is compile_before
import calendar, email.utils, ipaddress  # imported by x509 on its way
import email._parseaddr, urllib.parse
found = [
    value
    for module in list(sys.modules.values())
    if module.__name__ not in UNUSED
    for value in vars(module).values()
    if type(value).__name__ == "_Pattern"
]
import_libraries()
print(found)
"""
        )
        == "[]"
    )
