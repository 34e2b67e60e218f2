from importlib import import_module

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"

    def ready(self) -> None:
        import_module("routing.timeline")  # registers how our events sound
        import_module("routing.turns")  # takes leave of leads that are removed
        import_module("routing.merging")  # registers what a merge of leads does here
        import_module("routing.undoing")  # registers how our changes are taken back
