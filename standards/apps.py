from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "standards"

    def ready(self) -> None:
        from indicators.services.verify import derived
        from metroplan.common import demo
        from metroplan.common.reference import loaders
        from metroplan.organisations import notices
        from metroplan.submissions import wording as issues
        from metroplan.submissions.bulk.registry import bulk_registry
        from standards.bulk.ledger import BulkLedger
        from standards.bulk.standards import BulkStandards
        from standards.counting import register_all
        from standards.demo.loading import load_registers
        from standards.services.catalogue_reference import load_catalogue
        from standards.services.examination_rules import load_examination_rules
        from standards.services.in_force import wrong_days
        from standards.services.reminders import SENTENCES
        from standards.wording.catalogue import MESSAGES
        from standards.wording.standards import with_place

        demo.loaders.append(lambda today, _percent: load_registers(today))
        loaders.extend([load_catalogue, load_examination_rules])
        notices.register(SENTENCES)
        issues.register(with_place())
        derived.append(wrong_days)
        issues.register(MESSAGES)
        register_all()
        bulk_registry.register(BulkLedger())
        bulk_registry.register(BulkStandards())
