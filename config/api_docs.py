"""The REST contract for people: one page made from the generated schema, without scripts from elsewhere."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


def docs(request: Any) -> HttpResponse:
    generator: Any = SchemaGenerator
    schema = generator(urlconf="config.urls").get_schema(request=None, public=True)
    operations = [
        operation(path, method, entry[method])
        for path, entry in sorted(schema.get("paths", {}).items())
        for method in METHODS
        if method in entry
    ]
    return render(request, "api_docs.html", {"operations": operations, "title": schema["info"]["title"]})


def operation(path: str, method: str, entry: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one method of one path."""
    content = entry.get("requestBody", {}).get("content", {})
    return {
        "id": entry["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": entry.get("summary") or entry.get("description", "").split("\n")[0],
        "parameters": [parameter(one) for one in entry.get("parameters", [])],
        "body": ", ".join(sorted({_name(media.get("schema", {})) for media in content.values()})),
        "answers": [(status, answer.get("description", "")) for status, answer in entry.get("responses", {}).items()],
    }


def parameter(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": entry["name"],
        "where": entry["in"],
        "required": entry.get("required", False),
        "type": _name(entry.get("schema", {})),
        "description": entry.get("description", ""),
    }


def _name(schema: dict[str, Any]) -> str:
    if reference := schema.get("$ref"):
        return str(reference).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("type", "anything"))
