from importlib import import_module

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        import_module("leads.fields")  # fills the catalogue
        import_module("leads.told")  # registers how our events sound
        import_module("leads.inbound.jobs")  # registers what follows from mail and webhooks
        import_module("leads.imports.jobs")  # registers what runs in the background
        import_module("leads.undoing")  # registers how our changes are taken back
