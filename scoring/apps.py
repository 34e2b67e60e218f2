from importlib import import_module

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        import_module("scoring.told")  # registers how our events sound
        import_module("scoring.merging")  # registers what a merge of leads does here
        import_module("scoring.privacy")  # what is forgotten with a person
