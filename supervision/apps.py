from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"

    def ready(self) -> None:
        from indicators.services.verify import derived
        from metroplan.common import demo
        from metroplan.common.reference import loaders
        from metroplan.organisations import notices
        from metroplan.plans import task_work
        from metroplan.submissions import wording as issues
        from metroplan.submissions.bulk.registry import bulk_registry
        from standards.wording.standards import with_place
        from supervision.bulk.ledgers import BulkEntities, BulkInstruments, BulkVerifications
        from supervision.counting import register_all
        from supervision.demo.loading import load_supervision
        from supervision.selectors.campaigns import work_of_tasks
        from supervision.services import notices as told
        from supervision.services import reminders
        from supervision.services.content_verify import wrong_lots, wrong_runs
        from supervision.services.criteria import load_criteria
        from supervision.services.draws import wrong_draws
        from supervision.services.intervals import load_intervals
        from supervision.services.net_content_reference import load_net_content
        from supervision.services.verifications import wrong_repeats
        from supervision.wording.ledgers import SENTENCES

        register_all()
        task_work.finders.append(work_of_tasks)
        demo.loaders.append(load_supervision)
        notices.register(reminders.SENTENCES)
        notices.register(told.SENTENCES)
        issues.register(with_place(SENTENCES))
        loaders.append(load_intervals)
        derived.extend([wrong_repeats, wrong_draws])
        for kind in (BulkEntities(), BulkInstruments(), BulkVerifications()):
            bulk_registry.register(kind)
        loaders.extend([load_net_content, load_criteria])
        derived.extend([wrong_lots, wrong_runs])
