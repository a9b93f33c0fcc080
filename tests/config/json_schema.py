"""As much of JSON Schema (draft 2020-12) as the generated schema uses: what a document violates."""

from __future__ import annotations

from typing import Any

_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_KNOWN = {
    *("$schema", "$defs", "$ref", "title", "default", "type", "const", "enum", "anyOf", "properties", "required"),
    *("additionalProperties", "items", "prefixItems", "minItems", "maxItems", "exclusiveMinimum"),
}


def errors_of(document: Any, schema: dict[str, Any]) -> list[str]:
    """The places of a document that are not as a schema says, each with a reason."""
    return _errors(document, schema, schema, "$")


def _errors(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    found: list[str] = []
    if "$ref" in schema:
        found += _errors(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: none of the words")
    if "exclusiveMinimum" in schema and not value > schema["exclusiveMinimum"]:
        found.append(f"{path}: too small")
    kind = schema.get("type")
    if kind is not None and not (isinstance(value, _KINDS[kind]) and isinstance(value, bool) <= (kind == "boolean")):
        return [*found, f"{path}: no {kind}"]
    if "anyOf" in schema:
        tries = [_errors(value, one, root, path) for one in schema["anyOf"]]
        found += [] if any(not errors for errors in tries) else [f"{path}: none of the alternatives"]
    if isinstance(value, dict):
        found += _of_object(value, schema, root, path)
    if isinstance(value, list):
        found += _of_array(value, schema, root, path)
    return found


def _of_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{path}: no {key}" for key in schema.get("required", []) if key not in value]
    for key, item in value.items():
        more = schema.get("additionalProperties", True)
        if key in properties:
            found += _errors(item, properties[key], root, f"{path}.{key}")
        elif more is False:
            found.append(f"{path}.{key}: unknown")
        elif isinstance(more, dict):
            found += _errors(item, more, root, f"{path}.{key}")
    return found


def _of_array(value: list[Any], schema: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    fits = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
    found = [] if fits else [f"{path}: {len(value)} items"]
    for i, item in enumerate(value):
        first = schema.get("prefixItems", [])
        one = first[i] if i < len(first) else schema.get("items", {})
        found += _errors(item, one, root, f"{path}[{i}]")
    return found
