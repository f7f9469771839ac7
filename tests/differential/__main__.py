"""Compare the verifier with the reference on generated cases.

    python -m tests.differential [--seed N] [--cases 7500] [--about TEXT] [--case FILE]

Ends 1 where we accept what the reference rejects, where we are stricter than
docs/deviations.md says, or where a run is too thin. Each such case is kept in
build/differential/, from where ``--case`` replays it.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

from tests.differential import (
    deviations,
    error_classes,
    generation,
    oracle,
)
from tests.differential.case import Case
from tests.differential.certificates import CertificateMaker
from tests.differential.comparison import Comparison, Relation, compare
from tests.differential.draft import Material
from tests.differential.keys import KeyPool
from tests.differential.ours import Judgement, judge
from tests.differential.rules import RULES
from tests.differential.services import Server
from tests.figures import Figures

BUILD = Path("build")
KEPT = BUILD / "differential"
_FULL_RUN = 5000
_DEFAULT_CASES = 7500
_CASES_PER_RULE = 20
_ACCEPTED_SHARE = 0.25
# What differs between cases that are wrong in the same way.
_VARYING = re.compile(
    r"[0-9]+|[0-9a-f]{16,}|'[^']*'|\([^)]*\)|(CN|ca|signingAuthority)[=:][^ ]*"
)


@dataclass
class Tally:
    """What a run found."""

    relations: Counter[Relation] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    deviations: Counter[str] = field(default_factory=Counter)
    reference_errors: Counter[str] = field(default_factory=Counter)
    reference_classes: Counter[str] = field(default_factory=Counter)
    """The library's own error types, wherever they came up."""
    wrong: list[tuple[Case, str]] = field(default_factory=list)
    unlisted: int = 0


def main(arguments: list[str]) -> int:
    """Run the comparison; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--cases", type=int, default=_DEFAULT_CASES)
    parser.add_argument("--case", type=Path, default=None, help="replay a case's file")
    parser.add_argument("--about", default="", help="only rules whose id holds this")
    options = parser.parse_args(arguments)
    if not any(options.about in rule for rule in RULES):
        parser.error(f"no rule's id holds {options.about!r}")
    try:
        program = oracle.build(BUILD / "oracle-differential")
        if options.case is not None:
            return _replay(program, Case.read(options.case))
        seed = options.seed
        if seed is None:
            seed = SystemRandom().randrange(10**6)
        return _run(program, seed, options.cases, options.about)
    except oracle.OracleUnavailable as error:
        print(f"differential: {error}", file=sys.stderr)
        return 1


def _run(program: Path, seed: int, count: int, about: str) -> int:
    print(f"differential: seed {seed}, {count} cases, {len(RULES)} rules", flush=True)
    began = time.monotonic()
    reference = oracle.Oracle(program)
    judged: list[tuple[Case, Judgement]] = []
    with (
        tempfile.TemporaryDirectory(prefix="differential-") as folder,
        Server(Path(folder)) as server,
    ):
        scratch = Path(folder)
        material = Material(
            KeyPool(),
            CertificateMaker(),
            datetime.now(UTC).replace(microsecond=0),
            server.services,
        )
        for case in generation.cases(seed, count, material, about=about):
            case.write(scratch)
            reference.ask(case, scratch)
            judged.append((case, judge(case, datetime.now(UTC), scratch)))
        verdicts = reference.verdicts()
    tally = Tally()
    known = deviations.listed()
    for case, ours in judged:
        verdict = verdicts[case.id]
        tally.rules[case.rule] += 1
        tally.reference_errors[verdict.error_class] += not verdict.accepted
        said = (verdict.error, *(check.error for check in verdict.failed))
        tally.reference_classes.update(
            error_classes.in_words(said).union(verdict.classes)
        )
        _count(tally, case, compare(ours, verdict), known)
    _print(tally)
    full = count >= _FULL_RUN and not about
    return _figures(tally, seed, time.monotonic() - began, full=full)


def _count(
    tally: Tally, case: Case, comparison: Comparison, known: frozenset[str]
) -> None:
    tally.relations[comparison.relation] += 1
    if comparison.relation is Relation.LAXER:
        tally.wrong.append((case, f"LAXER: {comparison.explanation}"))
    if comparison.relation is Relation.STRICTER:
        name, refusal = deviations.first_class(comparison.stricter, case.rule)
        if name in known:
            tally.deviations[str(name)] += 1
            return
        tally.unlisted += 1
        label = "no class" if name is None else f"class {name} is not in the document"
        tally.wrong.append(
            (case, f"STRICTER, {label}: {comparison.explanation}; we say: {refusal}")
        )


def _print(tally: Tally) -> None:
    for title, counter in (
        ("stricter, by the class in docs/deviations.md", tally.deviations),
        ("what decided for the reference, by type", tally.reference_errors),
        ("the reference's own error classes, wherever", tally.reference_classes),
        ("cases, by rule", tally.rules),
    ):
        print(f"\n{title}:")
        for name, number in sorted(counter.items()):
            if number:
                print(f"  {name or '(none)':<48} {number:>6}")
    print()
    KEPT.mkdir(parents=True, exist_ok=True)
    for case, _ in tally.wrong:
        (KEPT / f"{case.id}.json").write_text(case.to_json() + "\n", encoding="utf-8")
    alike: dict[tuple[str, str], list[tuple[Case, str]]] = {}
    for case, explanation in tally.wrong:
        key = (case.rule, _VARYING.sub("_", explanation))
        alike.setdefault(key, []).append((case, explanation))
    for (rule, _), group in sorted(alike.items(), key=lambda item: item[0]):
        case, explanation = group[0]
        print(f"{rule} ({len(group)}): {explanation[:400]}")
        print(f"  replay: python -m tests.differential --case {KEPT / case.id}.json")


def _figures(tally: Tally, seed: int, seconds: float, *, full: bool) -> int:
    """Print and keep the figures; only a full run must be thick enough."""
    count = tally.relations.total()
    figures = Figures("differential", build=BUILD)
    figures.add("seed", seed)
    figures.add("cases", count)
    figures.add("rules", len(RULES))
    figures.add(
        "cases_of_the_rarest_rule",
        min(tally.rules[rule] for rule in RULES),
        least=_CASES_PER_RULE if full else None,
    )
    both = tally.relations[Relation.ACCEPTED_BY_BOTH]
    figures.add(
        "accepted_by_both", both, least=count * _ACCEPTED_SHARE if full else None
    )
    figures.add("rejected_by_both", tally.relations[Relation.REJECTED_BY_BOTH])
    figures.add("we_accept_it_rejects", tally.relations[Relation.LAXER], exactly=0)
    figures.add("reference_crashes", tally.relations[Relation.CRASHED])
    figures.add("stricter_listed", sum(tally.deviations.values()))
    figures.add("stricter_unlisted", tally.unlisted, exactly=0)
    vain = deviations.never_shown(name for name, n in tally.deviations.items() if n)
    for name in sorted(vain) if full else ():
        print(f"docs/deviations.md lists {name}, and no case shows it")
    figures.add("stricter_never_shown", len(vain), exactly=0 if full else None)
    figures.add("reference_error_types", len(+tally.reference_errors))
    missing = error_classes.POSSIBLE - set(tally.reference_classes)
    unknown = set(tally.reference_classes) - error_classes.POSSIBLE
    for name in sorted(missing) if full else ():
        print(f"never seen: {name}")
    for name in sorted(unknown):
        print(f"not in tests/differential/error_classes.py: {name}")
    figures.add("reference_error_classes", len(+tally.reference_classes))
    figures.add(
        "reference_error_classes_never_seen", len(missing), exactly=0 if full else None
    )
    figures.add("reference_error_classes_unknown", len(unknown), exactly=0)
    figures.add("seconds", round(seconds, 1))
    return figures.finish()


def _replay(program: Path, cases: Iterable[Case]) -> int:
    wrong = 0
    for case in cases:
        with (
            tempfile.TemporaryDirectory(prefix="differential-") as folder,
            Server(Path(folder), base=case.service),
        ):
            scratch = Path(folder)
            case.write(scratch)
            asked = oracle.Oracle(program)
            asked.ask(case, scratch)
            ours = judge(case, datetime.now(UTC), scratch)
            wrong += _show(case, ours, asked.verdicts()[case.id])
    return 1 if wrong else 0


def _show(case: Case, ours: Judgement, verdict: oracle.Verdict) -> int:
    """Print what both say of a case; return how often that is wrong."""
    comparison = compare(ours, verdict)
    tally = Tally()
    _count(tally, case, comparison, deviations.listed())
    print(f"case {case.id} ({case.rule}): {comparison.relation}")
    print(f"  reference: {'accepts' if verdict.accepted else 'rejects'}", end=" ")
    print(f"at {verdict.stage}: {verdict.error_class} {verdict.error}")
    for check in verdict.failed:
        print(f"    {check.validation} ({check.action}): {check.error}")
    print(f"  ours: {'accepts' if ours.accepted else 'rejects'} at {ours.stage}")
    for refusal in ours.refusals:
        print(f"    {refusal.validation or 'policy'}: {refusal}")
    for _, explanation in tally.wrong:
        print(f"  {explanation}")
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
