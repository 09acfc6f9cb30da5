from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "metroplan.submissions"

    def ready(self) -> None:
        from metroplan.organisations.notices import register
        from metroplan.submissions.notice_words import SENTENCES

        register(SENTENCES)
