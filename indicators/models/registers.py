"""Figures that are counted from a register: each count made, and what has to be counted anew."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.measures import Measure
from metroplan.common.fields import PeriodField
from metroplan.organisations.models import Organisation


class RegisterCount(models.Model):
    """One count of a measure that changed figures: they name it as their source.

    `key` is the register's as it was then; `reason` says why figures that stood were counted anew,
    and is empty where a quarter was counted for the first time.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="counts")
    key = models.CharField(_("register"), max_length=80)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.key} {self.counted_at:%Y-%m-%d %H:%M}"

    def audit_scope(self) -> str:
        return ""


class RegisterDue(models.Model):
    """Work to do: what a register counts changed for a unit from a quarter on.

    Written in the transaction that changes the register, removed in the one that counts. Without a
    unit every unit is counted.
    """

    key = models.CharField(max_length=80)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    since = PeriodField()
    reason = models.CharField(max_length=500, blank=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "registers due"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.key} {self.organisation_id or ''} {self.since}"
