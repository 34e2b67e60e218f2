from importlib import import_module

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        import_module("followups.told")  # registers how our events sound
        import_module("followups.merging")  # registers what a merge of leads does here
        import_module("followups.privacy")  # what is let go when a person is erased
