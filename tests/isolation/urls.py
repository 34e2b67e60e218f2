"""Every URL there is, by introspection, with what it takes to call it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver


@dataclass(frozen=True)
class Url:
    """One pattern: its name, its route with `<parameters>`, and their names."""

    name: str
    route: str
    parameters: tuple[str, ...]

    def path(self, values: dict[str, str]) -> str:
        """The path with its parameters filled in. Raises KeyError for one nobody registered."""
        path = self.route
        for parameter in self.parameters:
            start = path.index("<")
            path = path[:start] + values[parameter] + path[path.index(">") + 1 :]
        return path


def urls_of(urlconf: str) -> list[Url]:
    """All patterns of a URL configuration, included ones too."""
    return list(_walk(import_module(urlconf).urlpatterns, ""))


def _walk(patterns: Any, before: str) -> Iterator[Url]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            parameters = tuple(part.partition(">")[0].rpartition(":")[2] for part in route.split("<")[1:])
            yield Url(pattern.name or route, route, parameters)
