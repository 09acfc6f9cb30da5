from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"

    def ready(self) -> None:
        from indicators.sheets import FigureSheet
        from metroplan.submissions.registry import registry

        registry.register(FigureSheet())
