"""Units (单位), how they hang together over time, and the people who belong to them."""

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as BaseUserManager
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from metroplan.common.naming import BilingualName, in_chinese
from metroplan.organisations.querysets import ZONE, ScopedQuerySet


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    ZONE = "zone", _("Zone")


class Organisation(BilingualName, models.Model):
    """A unit of administration. `code` is the six digits of GB/T 2260, or `<code>-Zn` for a zone.

    `valid_from` and `valid_to` bound its life, the end day not included. `path` lists the codes
    from the root to the unit in today's tree, as in `/450000/450100/450103/`.
    """

    code = models.CharField(_("code"), max_length=16, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    path = models.CharField(max_length=200, db_index=True, editable=False, default="")
    note = models.CharField(_("note"), max_length=300, blank=True)
    place = models.GeneratedField(
        expression=Func(F("code"), Value(ZONE), Value("Z"), function="regexp_replace"),
        output_field=models.CharField(max_length=16, db_collation="C"),
        db_persist=True,
    )
    """Where it stands in a list of units; see `querysets.unit_order`."""

    objects = ScopedQuerySet.as_manager()
    org_lookup = ""

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="organisation_life_forward",
                violation_error_message=_("A unit must end after it begins."),
            )
        ]

    def audit_scope(self) -> str:
        return self.path

    @property
    def parent_code(self) -> str | None:
        codes = self.path.strip("/").split("/")
        return codes[-2] if len(codes) > 1 else None


class OrganisationLink(models.Model):
    """`child` hangs under `parent` from `valid_from` up to, not including, `valid_to`."""

    child = models.ForeignKey(Organisation, models.PROTECT, related_name="parent_links")
    parent = models.ForeignKey(Organisation, models.PROTECT, related_name="child_links")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="link_life_forward",
            ),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="link_not_to_itself"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(valid_to__isnull=True), name="link_one_open_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child.code} → {self.parent.code}"


class OrganisationAncestry(models.Model):
    """The tree unrolled: who stood above whom, from quarter `since` up to, not including, `until`.

    Derived from the links by `services.tree.rebuild_ancestry`; every unit is its own ancestor
    with depth 0. Quarters are indexes; a link counts for a quarter if valid on its last day.
    """

    ancestor = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    descendant = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    depth = models.SmallIntegerField()
    since = models.SmallIntegerField()
    until = models.SmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["ancestor", "descendant"], name="ancestry_down"),
            models.Index(fields=["descendant", "ancestor"], name="ancestry_up"),
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} > {self.descendant_id}"


class ChangeKind(models.TextChoices):
    RENAME = "rename", _("Rename")
    MERGE = "merge", _("Merge")
    SPLIT = "split", _("Split")
    TRANSFER = "transfer", _("Transfer")
    ABOLISH = "abolish", _("Abolish")


class OrganisationChange(models.Model):
    """One change of the map: what became of which unit, on which day, by which document."""

    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind)
    effective_on = models.DateField(_("effective on"))
    document = models.CharField(_("document"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.get_kind_display()}"


class OrganisationChangePart(models.Model):
    """`weight` is the share of `source` that went to `target`; the shares of a source add to 1."""

    change = models.ForeignKey(OrganisationChange, models.CASCADE, related_name="parts")
    source = models.ForeignKey(Organisation, models.PROTECT, related_name="successions")
    target = models.ForeignKey(Organisation, models.PROTECT, related_name="origins")
    weight = models.DecimalField(max_digits=7, decimal_places=6, default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1), name="change_weight_in_range"
            ),
            models.UniqueConstraint(fields=["change", "source", "target"], name="change_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source.code} → {self.target.code}"


class Role(models.TextChoices):
    REPORTER = "reporter", _("Reporter")
    REVIEWER = "reviewer", _("Reviewer")
    STAFF = "staff", _("Bureau staff")
    LEADER = "leader", _("Leader")
    AUDITOR = "auditor", _("Auditor")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    SYSTEM_ADMIN = "system_admin", _("System administrator")


class UserManager(BaseUserManager.from_queryset(ScopedQuerySet)):
    def get_by_natural_key(self, username: str) -> "User":
        return self.select_related("organisation").get(username=username)


class User(AbstractUser):
    """A person with one role in one unit; sees that unit and everything below it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="users", verbose_name=_("unit")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    post_zh = models.CharField(_("post, in Chinese"), max_length=60, blank=True)
    post_en = models.CharField(_("post, in English"), max_length=100, blank=True)
    is_demo = models.BooleanField(_("demonstration account"), default=False)
    wants_mail = models.BooleanField(_("notices by e-mail"), default=True)

    objects = UserManager()
    org_lookup = "organisation"
    REQUIRED_FIELDS = ["email"]

    def get_full_name(self) -> str:
        """The post where there is one: the portal names offices, not persons."""
        post = (self.post_zh or self.post_en) if in_chinese() else (self.post_en or self.post_zh)
        return post or super().get_full_name() or self.username

    def audit_scope(self) -> str:
        return self.organisation.path


class ApiToken(models.Model):
    """A key for a REST client. Only its SHA-256 is kept; it expires, and it reads or pushes."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        PUSH = "push", _("Read and push")

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))

    objects = ScopedQuerySet.as_manager()
    org_lookup = "user__organisation"

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def audit_scope(self) -> str:
        return self.user.organisation.path


class Notice(models.Model):
    """Something a person is told of. `code` has its sentence in `organisations.notices`.

    `params` fill the sentence, names in both languages: `{"unit": {"zh": …, "en": …}}`. `key` names
    the event; a task that runs twice tells a person of it once. `mailed_at` is set by the digest.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    code = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    day = models.DateField(_("day"))
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "user__organisation"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "code", "key"], name="notice_once_per_event")
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.code} {self.key}"
