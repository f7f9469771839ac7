"""Notation's own configuration folder: where its policy and its trust stores are.

As ``notation``: ``$NOTATION_CONFIG``, else ``notation`` in the user's configuration
folder; in it ``trustpolicy.oci.json``, else ``trustpolicy.json``; for blobs
``trustpolicy.blob.json``; and ``truststore``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_IMAGES = ("trustpolicy.oci.json", "trustpolicy.json")
_BLOBS = ("trustpolicy.blob.json",)


class NoConfiguration(ValueError):  # noqa: N818 - named by what is wrong
    """Notation is not configured here; says where it was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotationConfiguration:
    """One configuration folder; it need not exist."""

    folder: Path

    @classmethod
    def of(
        cls, environment: Mapping[str, str], *, platform: str, home: Path
    ) -> "NotationConfiguration":
        """Return the folder that ``notation`` would use.

        Args:
            environment: the process's environment variables.
            platform: as ``sys.platform``.
            home: the user's home folder.

        Raises:
            NoConfiguration: $XDG_CONFIG_HOME is relative. ``notation`` then takes
                ``.notation`` of whatever folder it is started in, which may be
                anybody's.
        """
        if given := environment.get("NOTATION_CONFIG"):
            return cls(folder=Path(given))
        if platform == "darwin":
            return cls(folder=home / "Library" / "Application Support" / "notation")
        if platform == "win32":
            return cls(folder=Path(environment.get("APPDATA", home)) / "notation")
        user = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        if not user.is_absolute():
            raise NoConfiguration(
                f"$XDG_CONFIG_HOME is {str(user)!a}, which is relative; set it to an "
                "absolute path, or set $NOTATION_CONFIG"
            )
        return cls(folder=user / "notation")

    @property
    def trust_policy(self) -> Path:
        """The trust policy document for images.

        Raises:
            NoConfiguration: there is none, or it is no regular file.
        """
        return self._first(
            _IMAGES, "give --policy and --trust-store, or --bundle", "policy import"
        )

    @property
    def blob_trust_policy(self) -> Path:
        """The trust policy document for blobs.

        Raises:
            NoConfiguration: there is none, or it is no regular file.
        """
        return self._first(
            _BLOBS, "give --policy and --trust-store", "blob policy import"
        )

    @property
    def trust_store(self) -> Path:
        """The folder of the trust stores."""
        return self.folder / "truststore"

    def _first(self, names: Sequence[str], remedy: str, command: str) -> Path:
        for name in names:
            place = self.folder / name
            if place.is_symlink() or (place.exists() and not place.is_file()):
                raise NoConfiguration(f"{place} is no regular file; {remedy}")
            if place.exists():
                return place
        neither = "neither " if len(names) > 1 else "no "
        raise NoConfiguration(
            f"there is {neither}{' nor '.join(names)} in {self.folder}; {remedy}, or "
            f"run notation {command}"
        )
