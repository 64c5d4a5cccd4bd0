"""What Amazon's published models say of requests and answers, as something that tests can ask.

``amazon_models.json`` holds the operations that are used here of the models in amzn/selling-partner-api-models
(Apache License 2.0), without their descriptions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator

MODELS = json.loads((Path(__file__).parent / "amazon_models.json").read_text())["models"]
RATES = {name: rate for model in MODELS.values() for name, rate in model["rates"].items()}


@dataclass
class Contract:
    """Collects where requests or answers are not what the models say."""

    broken: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """The operations that were asked for."""

    def check(self, method: str, path: str, query: dict[str, str], body: bytes, status: int, answer: bytes) -> None:
        """Hold one request and its answer against the model of its operation."""
        found = _operation(method, path)
        if found is None:
            self.broken.append(f"{method} {path} is no operation")
            return
        model, operation = found
        name = operation["operationId"]
        self.seen.add(name)
        self.broken += [f"{name}: {said}" for said in _parameters(operation, query)]
        wanted = next((each["schema"] for each in operation["parameters"] if each["in"] == "body"), None)
        if wanted is not None:
            self.broken += [f"{name}: body: {said}" for said in _document(model, wanted, json.loads(body))]
        elif body:
            self.broken.append(f"{name} takes no body")
        if status >= 300:
            return
        if str(status) not in operation["responses"]:
            self.broken.append(f"{name} never answers {status}")
            return
        shape = operation["responses"][str(status)]["schema"]
        self.broken += [f"{name}: answer: {said}" for said in _document(model, shape, json.loads(answer))]


def _operation(method: str, path: str) -> tuple[Any, Any] | None:
    for model in MODELS.values():
        for template, methods in model["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in methods:
                return model, methods[method.lower()]
    return None


def _parameters(operation: Any, query: dict[str, str]) -> Iterator[str]:
    known = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
    yield from (f"{name} is no parameter" for name in query.keys() - known.keys())
    yield from (f"{name} is missing" for name, each in known.items() if each.get("required") and name not in query)
    for name in query.keys() & known.keys():
        yield from _parameter(known[name], unquote(query[name]))


def _parameter(wanted: Any, text: str) -> Iterator[str]:
    name = wanted["name"]
    values = text.split(",") if wanted["type"] == "array" else [text]
    each = wanted["items"] if wanted["type"] == "array" else wanted
    if len(values) > wanted.get("maxItems", len(values)):
        yield f"{name} has {len(values)} values"
    for value in values:
        if value not in each.get("enum", [value]):
            yield f"{name}={value} is none of {each['enum']}"
        if each["type"] == "integer" and (not value.isdigit() or int(value) > each.get("maximum", int(value))):
            yield f"{name}={value}"
        if each["type"] == "boolean" and value not in ("true", "false"):
            yield f"{name}={value}"
        if each.get("format") == "date-time" and not _is_moment(value):
            yield f"{name}={value}"


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _document(model: Any, shape: Any, document: Any) -> list[str]:
    strict = {name: _closed(definition) for name, definition in model["definitions"].items()}
    found = Draft4Validator({**shape, "definitions": strict}).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:200] for error in found]


def _closed(definition: Any) -> Any:
    """Return a definition that knows no fields but those it names."""
    if isinstance(definition, list):
        return [_closed(each) for each in definition]
    if not isinstance(definition, dict):
        return definition
    closed = {name: _closed(each) for name, each in definition.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed
