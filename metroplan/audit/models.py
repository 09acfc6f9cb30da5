"""The append-only log (审计日志). It knows nobody: every row carries copies, no keys upward."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(RuntimeError):
    """Someone tried to change the log."""


class AuditQuerySet(models.QuerySet):
    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("audit events are never changed or deleted")

    update = delete = bulk_update = _refuse


class AuditEvent(models.Model):
    """Who did what to which object, when, with the values before and after.

    `hash` is SHA-256 over the previous row's hash and this row's content; a database trigger
    computes it and refuses UPDATE, DELETE and TRUNCATE.
    """

    at = models.DateTimeField(_("at"), db_index=True)
    actor = models.CharField(_("actor"), max_length=150)
    actor_name = models.CharField(_("actor's name"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=80, db_index=True)
    object_type = models.CharField(_("kind of object"), max_length=80)
    object_key = models.CharField(_("key of the object"), max_length=200)
    object_label = models.CharField(_("object"), max_length=300)
    organisation_path = models.CharField(_("unit"), max_length=200, blank=True, db_index=True)
    data = models.JSONField(_("values"), default=dict)
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, blank=True, default="")

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_key"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("audit events are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("audit events are never deleted")
