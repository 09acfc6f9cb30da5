"""The log cannot be changed, shows when it was, and holds every act of the main job."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from metroplan.audit.models import AppendOnlyError, AuditEvent
from metroplan.audit.record import record
from metroplan.audit.verify import broken_links
from metroplan.organisations.services import accounts, tokens
from metroplan.submissions.services import review
from tests.submissions.quarter import QUARTER, approved, filled, opened, submitted, uploaded
from tests.world import World

SEPARATOR = "\x1f"


@pytest.fixture
def guarded(world: World) -> World:
    """Three rows in the log, and the guard against emptying it back in force."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER audit_no_truncate")
    for number in range(3):
        record("test.happened", actor=None, on=world.units["A"], number=number)
    return world


@contextmanager
def guard_lifted() -> Iterator[None]:
    """What only someone with full power over the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET actor = 'nobody'",
        "UPDATE audit_auditevent SET hash = hash WHERE id = (SELECT max(id) FROM audit_auditevent)",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "TRUNCATE audit_auditevent CASCADE",
    ],
)
def test_the_database_refuses_to_change_the_log(guarded, sql):
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        run(sql)
    assert AuditEvent.objects.count() == 3
    assert broken_links() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEvent.objects.update(actor="nobody"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.filter(action="test.happened").delete(),
        lambda: AuditEvent.objects.bulk_update(AuditEvent.objects.all(), ["actor"]),
        lambda: AuditEvent.objects.first().delete(),
        lambda: AuditEvent.objects.first().save(),
    ],
)
def test_the_models_refuse_to_change_the_log(guarded, change):
    with pytest.raises(AppendOnlyError):
        change()
    assert AuditEvent.objects.count() == 3


def test_a_way_around_the_models_ends_at_the_database(guarded):
    event = AuditEvent.objects.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        super(AuditEvent, event).save(force_update=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.all()._raw_delete(using="default")


def test_every_row_is_chained_to_the_one_before(guarded):
    previous = ""
    for event in AuditEvent.objects.order_by("id"):
        assert event.previous_hash == previous
        assert event.hash == recomputed(event)
        previous = event.hash


def recomputed(event: AuditEvent) -> str:
    """SHA-256 by hand, from what the row says; the values as the database writes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
            " FROM audit_auditevent WHERE id = %s",
            [event.pk],
        )
        data, at = cursor.fetchone()
    words = [
        *(event.previous_hash, event.pk, at, event.actor, event.actor_name, event.action),
        *(event.object_type, event.object_key, event.object_label, event.organisation_path, data),
    ]
    return hashlib.sha256(SEPARATOR.join(map(str, words)).encode()).hexdigest()


def test_a_given_hash_or_number_is_replaced_by_the_databases_own(guarded):
    newest = AuditEvent.objects.first()
    columns = ", ".join(
        field.column for field in AuditEvent._meta.fields if field.column not in ("id", "hash")
    )
    run(
        f"INSERT INTO audit_auditevent (id, hash, {columns})"
        f" SELECT 1000000, 'forged', {columns} FROM audit_auditevent WHERE id = {newest.pk}"
    )
    added = AuditEvent.objects.first()
    assert (added.pk < 1_000_000, added.previous_hash) == (True, newest.hash)
    assert broken_links() == []


@pytest.mark.parametrize(
    "column", ["actor", "actor_name", "action", "object_key", "object_label", "organisation_path"]
)
def test_an_altered_row_is_found(guarded, column):
    middle = AuditEvent.objects.all()[1]
    with guard_lifted():
        run(f"UPDATE audit_auditevent SET {column} = 'altered' WHERE id = {middle.pk}")
    (link,) = broken_links()
    assert (link.id, link.follows, link.unchanged) == (middle.pk, True, False)


def test_altered_values_and_times_are_found(guarded):
    first, _second, third = AuditEvent.objects.order_by("id")
    with guard_lifted():
        run(f"UPDATE audit_auditevent SET data = '{{}}' WHERE id = {first.pk}")
        run(f"UPDATE audit_auditevent SET at = at - interval '1 day' WHERE id = {third.pk}")
    assert [link.id for link in broken_links()] == [first.pk, third.pk]


def test_a_row_taken_out_or_hashed_anew_is_found(guarded):
    first, second, third = AuditEvent.objects.order_by("id")
    with guard_lifted():
        run(f"DELETE FROM audit_auditevent WHERE id = {second.pk}")
    assert [(link.id, link.follows) for link in broken_links()] == [(third.pk, False)]
    with guard_lifted():
        run(
            f"UPDATE audit_auditevent SET actor = 'x', hash = repeat('0', 64) WHERE id = {first.pk}"
        )
    assert [link.id for link in broken_links()] == [first.pk, third.pk]


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_every_act_of_the_main_job_leaves_its_row(world):
    submission = opened(world)
    uploaded(world, submission, filled({"units": "many"}))
    uploaded(world, submission)
    submitted(world, submission)
    submission = review.return_submission(
        submission=submission,
        actor=world.people["city_reviewer"],
        reason="Check the total.",
        expected_version=1,
    )
    submission = submitted(world, submission)
    submission = approved(world, submission, "city_reviewer")
    approved(world, submission, "reviewer")
    assert actions() == [
        "upload.refused",
        "upload.staged",
        "submission.submitted",
        "submission.returned",
        "submission.submitted",
        "submission.approved",
        "submission.approved",
        "observations.written",
    ]
    assert broken_links() == []


def test_a_row_says_who_did_what_to_which_thing(world):
    submission = submitted(world, opened(world))
    event = AuditEvent.objects.first()
    assert (event.actor, event.action) == ("clerk", "submission.submitted")
    assert (event.object_type, event.object_key) == ("submissions.submission", str(submission.pk))
    assert QUARTER in event.object_label
    assert event.organisation_path == world.units["A"].path
    assert event.data["before"] == {"status": "open", "reviewer": None}
    assert event.data["after"] == {"status": "submitted", "reviewer": world.units["C1"].code}


def test_written_figures_are_kept_as_text(world):
    submission = submitted(world, opened(world))
    submission = approved(world, submission, "city_reviewer")
    approved(world, submission, "reviewer")
    written = AuditEvent.objects.get(action="observations.written").data["after"]
    assert written["rate"][0] == "value"
    assert all(isinstance(part, str | None) for row in written.values() for part in row)


def test_accounts_roles_and_keys_leave_their_rows(world):
    admin, clerk = world.people["system_admin"], world.people["clerk"]
    accounts.reset_password(actor=admin, account=clerk)
    accounts.grant_role(actor=world.people["security_admin"], account=clerk, role="reviewer")
    token, _key = tokens.create_token(user=clerk, name="exchange", scope="read", days=30)
    tokens.revoke_token(actor=clerk, token=token)
    assert actions()[0] == "account.password_reset"
    assert actions()[-2:] == ["token.created", "token.revoked"]
    granted = AuditEvent.objects.get(action__contains="role")
    assert granted.data["before"] == {"role": "reporter"}
    assert granted.data["after"] == {"role": "reviewer"}


def test_an_act_that_fails_leaves_no_row(world):
    submission = opened(world)
    uploaded(world, submission)
    before = AuditEvent.objects.count()
    with pytest.raises(Exception, match="changed"):
        review.submit(submission=submission, actor=world.people["clerk"], expected_version=9)
    assert AuditEvent.objects.count() == before
