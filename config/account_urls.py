"""What stands behind /<account-slug>/."""

from typing import Any

urlpatterns: list[Any] = []
