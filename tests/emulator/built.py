"""Built functions: what ``sam build`` left, read from its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction:
    """One function of the built template."""

    name: str
    """Its logical id."""
    code: Path
    handler: str
    layers: tuple[Path, ...]
    """Folders that Lambda would lay under /opt, in order."""
    timeout: int
    """Seconds."""
    memory: int
    """Megabytes."""
    variables: Mapping[str, Any]
    """Environment as the template has it: plain values and intrinsic functions."""

    def environment(self, known: Mapping[str, str]) -> dict[str, str]:
        """Return the function's environment, resolved.

        A variable in ``known`` takes that value; any other must be plain.

        Raises:
            LookupError: a variable needs CloudFormation and is not ``known``.
        """
        resolved = {}
        for name, value in self.variables.items():
            if name in known:
                resolved[name] = known[name]
            elif isinstance(value, str | int):
                resolved[name] = str(value)
            else:
                raise LookupError(
                    f"{self.name}: nothing says what {name} is here; "
                    "add it to tests/emulator/surroundings.py"
                )
        return resolved


def resources(template: Path) -> dict[str, dict[str, Any]]:
    """Return the resources of a built template by logical id.

    Raises:
        FileNotFoundError: nothing was built there; run ``make build-local``.
    """
    if not template.exists():
        raise FileNotFoundError(f"{template} is not built: run `make build-local`")
    document = yaml.safe_load(template.read_text())
    found: dict[str, dict[str, Any]] = document["Resources"]
    defaults = document.get("Globals", {}).get("Function", {})
    for resource in found.values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"] = _with_defaults(defaults, resource["Properties"])
    return found


def function(template: Path, name: str) -> BuiltFunction:
    """Return the function ``name`` of a built template.

    Raises:
        FileNotFoundError, KeyError: not built, or no such function.
    """
    everything = resources(template)
    properties = everything[name]["Properties"]
    layers = (everything[layer["Ref"]] for layer in properties.get("Layers", ()))
    return BuiltFunction(
        name=name,
        code=_folder(template, properties["CodeUri"]),
        handler=properties["Handler"],
        layers=tuple(
            _folder(template, layer["Properties"]["ContentUri"]) for layer in layers
        ),
        timeout=int(properties["Timeout"]),
        memory=int(properties["MemorySize"]),
        variables=properties["Environment"]["Variables"],
    )


def _folder(template: Path, location: str) -> Path:
    return (template.parent / location).resolve()


def _with_defaults(
    defaults: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Merge as SAM merges Globals: maps by key, lists one after the other."""
    merged = dict(defaults)
    for key, value in own.items():
        match merged.get(key), value:
            case dict() as default, dict():
                merged[key] = _with_defaults(default, value)
            case list() as default, list():
                merged[key] = [*default, *value]
            case _:
                merged[key] = value
    return merged
