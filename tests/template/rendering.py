"""Rendering: the template as CloudFormation would see it, for one set of parameters.

Covers the functions our template uses and refuses any other, so that nothing passes
unseen. What only a deployment knows (an ARN, a URL) becomes ``<LogicalId.Attribute>``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
PSEUDO: Mapping[str, str] = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackId": "stack/sealward/1",
    "AWS::StackName": "sealward",
    "AWS::URLSuffix": "amazonaws.com",
}
_NO_VALUE = object()
_SHORT = {"Ref": "Ref", "Condition": "Condition"}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short function names."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = _SHORT.get(suffix, f"Fn::{suffix}")
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
            if suffix == "GetAtt":
                value = value.split(".", 1)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise ValueError(f"{name} of a mapping")
    return {name: value}


_Loader.add_multi_constructor("!", _function)


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """Return the template with its functions in their long form."""
    document: dict[str, Any] = yaml.load(path.read_text(), _Loader)
    return document


def render(
    document: Mapping[str, Any],
    parameters: Mapping[str, str] | None = None,
    pseudo: Mapping[str, str] = PSEUDO,
) -> dict[str, dict[str, Any]]:
    """Return the resources that exist under ``parameters``, functions evaluated.

    Globals are merged into the functions.
    """
    rendering = _Rendering(document, {**(parameters or {})}, pseudo)
    defaults = document.get("Globals", {}).get("Function", {})
    resources: dict[str, dict[str, Any]] = {}
    for name, resource in document["Resources"].items():
        if not rendering.holds(resource.get("Condition")):
            continue
        merged = dict(resource)
        if resource["Type"] == "AWS::Serverless::Function":
            merged["Properties"] = _merged(defaults, resource["Properties"])
        resources[name] = rendering.value(merged)
    return resources


def _merged(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in own.items():
        default = merged.get(key)
        merged[key] = (
            _merged(default, value)
            if isinstance(default, dict) and isinstance(value, dict)
            else value
        )
    return merged


class _Rendering:
    def __init__(
        self,
        document: Mapping[str, Any],
        parameters: dict[str, str],
        pseudo: Mapping[str, str],
    ) -> None:
        declared = document["Parameters"]
        unknown = parameters.keys() - declared.keys()
        if unknown:
            raise ValueError(f"no such parameters: {sorted(unknown)}")
        self._known: dict[str, str | list[str]] = {**pseudo}
        for name, body in declared.items():
            text = str(parameters.get(name, body.get("Default", "")))
            listed = body["Type"] == "CommaDelimitedList"
            self._known[name] = text.split(",") if listed else text
        self._conditions: Mapping[str, Any] = document["Conditions"]
        self._resources: Mapping[str, Any] = document["Resources"]

    def holds(self, name: str | None) -> bool:
        if name is None:
            return True
        held = self.value(self._conditions[name])
        if not isinstance(held, bool):
            raise TypeError(f"condition {name} is {held!r}")
        return held

    def value(self, node: Any) -> Any:
        match node:
            case {"Ref": name}:
                return self._reference(name)
            case {"Condition": str(name)} if len(node) == 1:
                return self.holds(name)
            case dict() if len(node) == 1 and next(iter(node)).startswith("Fn::"):
                ((name, given),) = node.items()
                return self._call(name.removeprefix("Fn::"), given)
            case dict():
                rendered = {key: self.value(each) for key, each in node.items()}
                return {k: v for k, v in rendered.items() if v is not _NO_VALUE}
            case list():
                items = [self.value(each) for each in node]
                return [each for each in items if each is not _NO_VALUE]
            case _:
                return node

    def _call(self, function: str, given: Any) -> Any:  # noqa: PLR0911 (a table)
        match function, given:
            case "If", [condition, yes, no]:  # the branch not taken is not evaluated
                return self.value(yes if self.holds(condition) else no)
            case "Sub", str():
                return self._substituted(given, {})
            case _:
                pass
        match function, self.value(given):
            case "GetAtt", [name, attribute]:
                return self._attribute(name, attribute)
            case "Equals", [left, right]:
                return left == right
            case "Not", [condition]:
                return not condition
            case "Select", [index, items]:
                return items[int(index)]
            case "Split", [separator, text]:
                return text.split(separator)
            case "Join", [separator, parts]:
                return separator.join(parts)
            case "Sub", [text, names]:
                return self._substituted(text, names)
            case _:
                raise ValueError(f"not rendered: {function} of {given!r}")

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._known:
            return self._known[name]
        if name in self._resources:
            return f"<{name}>"
        raise ValueError(f"Ref to {name}, which is nothing")

    def _attribute(self, name: str, attribute: str) -> str:
        if name not in self._resources:
            raise ValueError(f"GetAtt of {name}, which is nothing")
        return f"<{name}.{attribute}>"

    def _substituted(self, text: str, names: Mapping[str, str]) -> str:
        def known(match: re.Match[str]) -> str:
            name = match[1]
            if name in names:
                return names[name]
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return str(self._reference(name))

        return re.sub(r"\$\{([^}]+)\}", known, text)
