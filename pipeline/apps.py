from importlib import import_module

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        import_module("pipeline.told")  # registers how our events sound
        import_module("pipeline.merging")  # registers what a merge of leads does here
        import_module("pipeline.privacy")  # what goes, or is handed over, with a person
        import_module("pipeline.following")  # registers who sees a lead of another team
        import_module("pipeline.undoing")  # registers how our changes are taken back
