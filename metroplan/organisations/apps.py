from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "metroplan.organisations"

    def ready(self) -> None:
        from django.core.checks import register

        from metroplan.organisations.checks import no_demo_accounts_in_production

        register(no_demo_accounts_in_production)
