"""Stories of what is held, and comes back: by a push, a signature, a person."""

from functools import partial

from notation_verifier import Descriptor
from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.expected import ACTIVE, ARCHIVED
from tests.capabilities.shelf import Shelf
from tests.capabilities.story import Told, shelf_of, story

SECONDS = {"20s": 20.0, "90s": 90.0}
"""What a release lasts; the second where a busy machine did not see the first."""
TIMES = 3
"""Pushes within an hour after which it escalates."""


@story("pushed-again")
def pushed_again(here: Account) -> Told:
    """Push a held image once more."""
    shelf = shelf_of(here, "pushed-again")
    _, key = _bad(here, shelf)
    _again(here, shelf, key, 2)
    return Told(key=key, late={"held_times": partial(here.held, key)})


@story("restored-by-others")
def restored_by_others(here: Account) -> Told:
    """Bring a held image back as an administrator may."""
    shelf = shelf_of(here, "restored-by-others")
    image = shelf.image()
    key = shelf.key(image)
    here.until(lambda: here.settled_bad(key))
    if not here.acts:
        shelf.store(image, "ARCHIVE")
        here.until(lambda: here.status(key) == ARCHIVED)
    shelf.store(image, "STANDARD")
    here.until(lambda: not here.acts or here.held(key) >= 2)
    return Told(key=key, late={"held_times": partial(here.held, key)})


@story("archived-by-others")
def archived_by_others(here: Account) -> Told:
    """Archive a trusted image as an administrator may."""
    shelf = shelf_of(here, "archived-by-others")
    image = shelf.image()
    shelf.sign(image)
    key = shelf.key(image)
    here.until(lambda: here.verdict(key) == "trusted")
    shelf.store(image, "ARCHIVE")
    here.until(lambda: here.status(key) == ARCHIVED)
    return Told(key=key, late={"ours": lambda: _is_ours(here, key)})


@story("held-then-signed")
def held_then_signed(here: Account) -> Told:
    """Sign a held image."""
    shelf = shelf_of(here, "held-then-signed")
    image, key = _bad(here, shelf)
    was_held = here.held(key) > 0
    shelf.sign(image)
    return Told(key=key, facts={"was_held": was_held})


@story("mended")
def mended(here: Account) -> Told:
    """Release a held image to be signed, and sign it."""
    shelf = shelf_of(here, "mended")
    image, key = _bad(here, shelf)
    was_held = here.held(key) > 0
    name = f"{key.repository}@{key.digest}"
    ran = here.on_call.ask("release", name, "--to-sign", "5m")
    here.until(lambda: here.status(key) == ACTIVE)
    shelf.sign(image)
    return Told(key=key, facts={"was_held": was_held, "exit": ran.exit_code})


@story("released-to-sign")
def released_to_sign(here: Account) -> Told:
    """Release a held image to be signed; nobody does."""
    shelf = shelf_of(here, "released-to-sign")
    _, key = _bad(here, shelf)
    name = f"{key.repository}@{key.digest}"
    exit_code, meanwhile = 1, ""
    for lasts, seconds in SECONDS.items():
        ran = here.on_call.ask("release", name, "--to-sign", lasts)
        exit_code = ran.exit_code
        if here.acts and here.until(lambda: here.status(key) == ACTIVE, seconds):
            meanwhile = here.status(key)
            break
        if not here.acts:
            break
    here.until(lambda: here.settled_bad(key) and _is_over(here, key))
    return Told(key=key, facts={"exit": exit_code, "meanwhile": meanwhile})


@story("glass-broken")
def glass_broken(here: Account) -> Told:
    """Use a held image for a while."""
    shelf = shelf_of(here, "glass-broken")
    _, key = _bad(here, shelf)
    why = ("--reason", "incident 4711: the fix for the outage")
    name = f"{key.repository}@{key.digest}"
    exit_code, meanwhile = 1, ""
    for lasts, seconds in SECONDS.items():
        exit_code = here.on_call.ask("release", name, "--for", lasts, *why).exit_code
        if not here.acts:
            break
        if here.until(lambda: _lent(here, key), seconds):
            found = here.finding(key) or {}
            label = found.get("FindingProviderFields", {}).get("Severity", {})
            meanwhile = f"exempt ACTIVE {label.get('Label', '')}"
            break
    here.until(lambda: here.settled_bad(key) and _is_over(here, key))
    return Told(key=key, facts={"exit": exit_code, "meanwhile": meanwhile})


@story("paused")
def paused(here: Account) -> Told:
    """Pause a repository, push a bad image, end the pause."""
    shelf = shelf_of(here, "paused")
    where = ("--repository", shelf.repository)
    why = ("--reason", "a release is under way")
    begun = here.on_call.ask("pause", *where, "--for", "10m", *why)
    if begun.exit_code:
        print(here.capability, begun)
    key = shelf.key(shelf.image())
    here.until(lambda: here.verdict(key) == "unsigned")
    meanwhile = f"{here.verdict(key)} {here.status(key)}"
    ended = here.on_call.ask("resume", *where)
    return Told(
        key=key,
        facts={
            "exit": begun.exit_code,
            "meanwhile": meanwhile,
            "resume_exit": ended.exit_code,
        },
    )


@story("pulls-denied")
def pulls_denied(here: Account) -> Told:
    """Push a held image until pulls are denied; sign it."""
    shelf = shelf_of(here, "pulls-denied")
    image, key = _bad(here, shelf)
    # The first time it is let be for a while, to be signed: that does not count.
    _again(here, shelf, key, 2 + TIMES)
    here.until(lambda: not here.acts or _denies(shelf))
    denied = _denies(shelf)
    shelf.sign(image)
    here.until(lambda: here.verdict(key) == "trusted")
    here.until(lambda: not _denies(shelf))
    return Told(
        key=key,
        facts={"denied": denied},
        late={"denied_at_the_end": partial(_denies, shelf)},
    )


def _bad(here: Account, shelf: Shelf) -> tuple[Descriptor, SubjectKey]:
    """Push an image that nobody signs; wait until it is refused, and held."""
    image = shelf.image()
    key = shelf.key(image)
    here.until(lambda: here.settled_bad(key))
    return image, key


def _again(here: Account, shelf: Shelf, key: SubjectKey, times: int) -> None:
    """Push a held image until it was held so often."""
    for number in range(2, times + 1):
        if not here.acts:
            return
        shelf.image()
        here.until(lambda: here.held(key) >= number)  # noqa: B023 - called at once


def _is_ours(here: Account, key: SubjectKey) -> bool:
    record = here.record(key)
    return record is not None and record.hold is not None and record.hold.ours


def _lent(here: Account, key: SubjectKey) -> bool:
    return here.verdict(key) == "exempt" and here.status(key) == ACTIVE


def _is_over(here: Account, key: SubjectKey) -> bool:
    """Return whether no release is in force."""
    record = here.record(key)
    given = record.release if record else None
    return given is None or here.status(key) == ARCHIVED


def _denies(shelf: Shelf) -> bool:
    return '"Deny"' in shelf.policy().replace(" ", "")
