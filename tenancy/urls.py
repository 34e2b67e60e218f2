"""Public ids in paths: `<public:lead_id>`."""

from django.urls import register_converter


class PublicId:
    regex = r"[a-z]{3,4}_[0-9A-Za-z]{26}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    register_converter(PublicId, "public")
