from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"

    def ready(self) -> None:
        from indicators.bulk_figures import BulkFigures
        from indicators.services.map_changes import FigureConsequence
        from indicators.sheets import FigureSheet
        from metroplan.organisations.map_changes import consequences
        from metroplan.submissions.bulk.registry import bulk_registry
        from metroplan.submissions.registry import registry

        registry.register(FigureSheet())
        bulk_registry.register(BulkFigures())
        consequences.append(FigureConsequence())
