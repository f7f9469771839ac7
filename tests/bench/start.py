"""One cold start, as a process of its own: ``start.py FOLDER... [-- BUNDLE]``.

Imports the module ``app`` from the folders as Lambda's runtime would, then prints the
instant its handler could be entered and, where a bundle's file is named, the instant it
is loaded: nanoseconds of the system's monotonic clock, as the parent reads it too.
"""

import sys
import time
from importlib import import_module


def main(arguments: list[str]) -> None:
    """Start, and print when."""
    folders, bundle = arguments, ""
    if "--" in arguments:
        at = arguments.index("--")
        folders, bundle = arguments[:at], arguments[at + 1]
    sys.path[:0] = folders
    handler = import_module("app").handler
    entered = time.monotonic_ns() if callable(handler) else 0
    if bundle:
        from sealward.policy.bundle import load_bundle  # noqa: PLC0415

        with open(bundle, "rb") as file:  # noqa: PTH123 (pathlib would count)
            load_bundle(file.read())
    print(entered, time.monotonic_ns(), len(sys.modules))


main(sys.argv[1:])
