"""The database itself chains the log's rows and refuses to change them."""

from django.db import migrations

CREATE = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7302, 0);
    NEW.previous_hash := coalesce(
        (SELECT hash FROM audit_auditevent ORDER BY id DESC LIMIT 1), '');
    NEW.id := nextval(pg_get_serial_sequence('audit_auditevent', 'id'));
    NEW.hash := encode(sha256(convert_to(audit_content(NEW), 'UTF8')), 'hex');
    RETURN NEW;
END $$;

CREATE FUNCTION audit_content(event audit_auditevent) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\\x1f', event.previous_hash, event.id,
        to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        event.actor, event.actor_name, event.action, event.object_type, event.object_key,
        event.object_label, event.organisation_path, event.data::text)
$$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed or deleted'
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

DROP = """
DROP TRIGGER audit_no_truncate ON audit_auditevent;
DROP TRIGGER audit_no_change ON audit_auditevent;
DROP TRIGGER audit_chain ON audit_auditevent;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_content(audit_auditevent);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
