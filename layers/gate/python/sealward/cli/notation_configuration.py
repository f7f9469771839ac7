"""Notation's own configuration folder: where its policy and its trust stores are.

As ``notation`` v1.3: ``$NOTATION_CONFIG``, else ``notation`` in the user's
configuration folder; in it ``trustpolicy.oci.json``, else ``trustpolicy.json``, and
``truststore``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_POLICIES = ("trustpolicy.oci.json", "trustpolicy.json")


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
        """
        if given := environment.get("NOTATION_CONFIG"):
            return cls(folder=Path(given))
        if platform == "darwin":
            return cls(folder=home / "Library" / "Application Support" / "notation")
        if platform == "win32":
            return cls(folder=Path(environment.get("APPDATA", home)) / "notation")
        user = environment.get("XDG_CONFIG_HOME") or home / ".config"
        return cls(folder=Path(user) / "notation")

    @property
    def trust_policy(self) -> Path:
        """The trust policy document for OCI artifacts.

        Raises:
            NoConfiguration: there is none, or it is no regular file.
        """
        for name in _POLICIES:
            place = self.folder / name
            if place.is_symlink() or (place.exists() and not place.is_file()):
                raise NoConfiguration(f"{place} is no regular file")
            if place.exists():
                return place
        raise NoConfiguration(
            f"there is neither {' nor '.join(_POLICIES)} in {self.folder}; give "
            "--policy and --trust-store, or --bundle"
        )

    @property
    def trust_store(self) -> Path:
        """The folder of the trust stores."""
        return self.folder / "truststore"
