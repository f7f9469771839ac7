"""Make the demo's layouts, its trust policy and its trust stores, all anew.

Run by hand, from the repository's root, with the real ``notation`` (v1.3.2) on PATH or
named by $NOTATION (``make build/notation`` builds one)::

    export PYTHONPATH=.:layers/notation/python:layers/gate/python
    .venv/bin/python -m demo.layouts.make

Every key is made here, used once and thrown away with its temporary folder; the
certificates are valid until 2120. So each run changes every digest: commit all of
demo/layouts and demo/policy together. demo/layouts/README.md describes the cases.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from demo.layouts import cases
from demo.layouts.policy import write_policy
from demo.layouts.signing import find_notation
from demo.layouts.workshop import Workshop

LAYOUTS = Path(__file__).parent


def main() -> int:
    """Make everything; return the exit status."""
    binary = find_notation()
    if binary is None:
        sys.stderr.write(
            "demo.layouts.make needs the real notation: put it on PATH, or name it "
            "with NOTATION=path (`make build/notation` builds one)\n"
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        scraps = Path(folder)
        target = scraps / "layouts"
        shop = Workshop(binary, scraps, target)
        cases.make_good(shop)
        cases.make_refused(shop)
        cases.make_multi_arch(shop)
        cases.make_late(shop)
        signer = cases.make_signer_shaped(shop)
        cases.make_hostile(shop)
        cases.make_outside(shop)
        for old in LAYOUTS.glob("*/oci-layout"):
            shutil.rmtree(old.parent)
        for made in sorted(target.iterdir()):
            shutil.copytree(made, LAYOUTS / made.name)
        listed = shop.as_json()
        (LAYOUTS / "cases.json").write_text(json.dumps(listed, indent=1) + "\n")
        write_policy(
            {name: anchor.root_pem for name, anchor in shop.anchors.items()},
            signer.root_pem,
        )
    sys.stdout.write(f"{len(listed['cases'])} cases made\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
