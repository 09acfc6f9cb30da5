from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"

    def ready(self) -> None:
        from indicators.services.map_changes import FigureConsequence
        from indicators.sheets import FigureSheet
        from metroplan.organisations.map_changes import consequences
        from metroplan.submissions.registry import registry

        registry.register(FigureSheet())
        consequences.append(FigureConsequence())
