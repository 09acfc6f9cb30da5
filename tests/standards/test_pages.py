"""The register's pages: lists, one standard, what is entered there, files and exports."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from standards.columns.standards import HEADINGS
from standards.models import Attachment, Certificate, InstrumentKind, MeasurementStandard
from standards.services.examinations import apply_for
from standards.services.life import move_standard
from tests.standards.register import LINE, SERVICE, UPPER, certified, day, institute, saved
from tests.world import World


def iso(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


@pytest.fixture
def standard(world: World) -> MeasurementStandard:
    return certified(world, saved(world), "2020-03-01", iso(90))


@pytest.fixture
def staff(world, client):
    client.force_login(world.people["staff"])
    return client


def page(client, route, *args, **query):
    return client.get(reverse(f"standards:{route}", args=args), query)


def post(client, route, *args, **data):
    return client.post(reverse(f"standards:{route}", args=args), data)


def sent(client, fmt: str) -> bytes:
    return b"".join(page(client, "standard-export", format=fmt).streaming_content)


def numbers(response) -> list[str]:
    return [row.standard.number for row in response.context["rows"]]


def test_the_list_tells_each_standard_as_it_stands(staff, standard):
    response = page(staff, "standard-list")
    (row,) = response.context["rows"]
    assert (row.standing, row.counts, str(row.until)) == ("in_force", True, iso(90))
    assert standard.name in response.content.decode()


def test_the_list_looks_back_to_any_day(staff, standard):
    (row,) = page(staff, "standard-list", on="2020-02-01").context["rows"]
    assert (row.standing, row.until) == ("expired", None)
    (row,) = page(staff, "standard-list", on="2019-12-31").context["rows"]
    assert row.standing == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "量块"}, True),
        ({"q": "examination-"}, True),
        ({"q": "天平"}, False),
        ({"field": "01"}, True),
        ({"field": "12"}, False),
        ({"holder_kind": "public"}, True),
        ({"holder_kind": "enterprise"}, False),
        ({"standing": "counts"}, True),
        ({"standing": "in_force"}, True),
        ({"standing": "expired"}, False),
        ({"standing": "expired", "on": "2020-02-01"}, True),
        ({"rank": "highest"}, True),
        ({"rank": "lower"}, False),
        ({"level": "city"}, True),
        ({"level": "county"}, False),
        ({"institute": "I1"}, True),
        ({"institute": "I9"}, False),
        ({"kind": "micrometer"}, True),
        ({"lapses": "2031Q1"}, False),
        ({"order": "-until"}, True),
        ({"order": "nonsense"}, True),
        ({"lapses": "nonsense", "on": "nonsense"}, True),
    ],
)
def test_the_list_is_narrowed(staff, world, query, found):
    kind = InstrumentKind.objects.create(code="micrometer", name_zh="千分尺")
    certified(world, saved(world, services=[SERVICE | {"kinds": [kind]}]), last=iso(90))
    assert bool(numbers(page(staff, "standard-list", **query))) is found


def test_what_lapses_in_a_quarter_is_found_by_its_last_day(staff, world):
    certified(world, saved(world), last="2024-02-29")
    assert numbers(page(staff, "standard-list", lapses="2024Q1"))
    assert not numbers(page(staff, "standard-list", lapses="2024Q2"))


def test_a_unit_narrows_the_list_to_itself_and_below(staff, world, standard):
    of_c1, of_c2 = (world.units[key].code for key in ("C1", "C2"))
    assert numbers(page(staff, "standard-list", organisation=of_c1))
    assert not numbers(page(staff, "standard-list", organisation=of_c2))


def test_the_page_of_a_standard_tells_everything(staff, standard):
    text = page(staff, "standard-detail", standard.pk).content.decode()
    shown = [standard.number, LINE["performance_text"], SERVICE["document_no"], UPPER["name"]]
    shown += [f"examination-{standard.number}", "CD-1"]
    assert all(part in text for part in shown)


def test_a_reader_is_offered_nothing_to_change(client, world, standard):
    client.force_login(world.people["city_leader"])
    response = page(client, "standard-detail", standard.pk)
    assert response.status_code == 200
    assert b"<details" not in response.content
    assert post(client, "standard-move", standard.pk).status_code == 403


def test_a_standard_of_another_area_does_not_exist(client, world, standard):
    client.force_login(world.people["other_city_reviewer"])
    for name in ("standard-detail", "standard-trace", "standard-print"):
        assert page(client, name, standard.pk).status_code == 404


def test_a_state_is_entered_on_the_page(staff, standard):
    data = {"move-to": "sealed", "move-since": iso(0), "move-reason": "维修"}
    response = post(staff, "standard-move", standard.pk, **data)
    assert response.status_code == 302
    detail = page(staff, "standard-detail", standard.pk).context["detail"]
    assert (detail.row.standing, detail.row.counts) == ("sealed", False)


def test_a_state_that_may_not_follow_is_refused_at_its_field(staff, standard):
    data = {"move-to": "planned", "move-since": iso(0)}
    response = post(staff, "standard-move", standard.pk, **data)
    assert response.status_code == 422
    assert response.context["move_form"].errors["to"]


def test_a_certificate_that_ends_before_it_starts_is_refused_at_its_field(staff, standard):
    data = {"kind": "examination", "number": "N", "valid_from": "2024-02-01"}
    data |= {"valid_until": "2024-01-31"}
    data = {f"certificate-{name}": value for name, value in data.items()}
    response = post(staff, "standard-certificate", standard.pk, **data)
    assert response.status_code == 422
    assert response.context["certificate_form"].errors["valid_until"]


def test_a_certificate_is_added_with_its_scan_and_the_scan_comes_back(staff, standard):
    data = {"kind": "examination", "number": "新-1", "valid_from": iso(80), "valid_until": iso(900)}
    data = {f"certificate-{name}": value for name, value in data.items()}
    scan = SimpleUploadedFile("扫描.pdf", b"%PDF-1.4 scan")
    response = post(
        staff, "standard-certificate", standard.pk, **data, **{"certificate-file": scan}
    )
    assert response.status_code == 302
    certificate = standard.certificates.get(number="新-1")
    scan = page(staff, "certificate-file", certificate.pk)
    assert b"".join(scan.streaming_content) == b"%PDF-1.4 scan"


def test_a_number_that_another_standard_has_is_refused_at_its_field(staff, world, standard):
    other = saved(world, institute(world, "C2"))
    data = {"kind": "examination", "number": f"examination-{standard.number}"}
    data |= {"valid_from": iso(0), "valid_until": iso(900)}
    data = {f"certificate-{name}": value for name, value in data.items()}
    response = post(staff, "standard-certificate", other.pk, **data)
    assert response.context["certificate_form"].errors["number"]


def test_a_certificate_is_revoked_from_a_day_in_the_past(staff, standard):
    certificate = standard.certificates.get(kind="public")
    data = {"revoke-on": "2021-05-01", "revoke-reason": "查实造假"}
    assert post(staff, "certificate-revoke", certificate.pk, **data).status_code == 302
    (row,) = page(staff, "standard-list", on="2021-04-30").context["rows"]
    assert row.counts
    (row,) = page(staff, "standard-list", on="2021-05-01").context["rows"]
    assert not row.counts


def test_an_examination_goes_from_application_to_result_with_its_documents(staff, standard):
    data = {"apply-kind": "again", "apply-applied_on": iso(-2), "apply-authority": "省局"}
    assert post(staff, "standard-apply", standard.pk, **data).status_code == 302
    examination = standard.examinations.get()
    paper = SimpleUploadedFile("报告.pdf", b"%PDF-1.4")
    data = {"document-kind": "report", "document-file": paper}
    assert post(staff, "examination-attach", examination.pk, **data).status_code == 302
    data = {"decide-result": "passed", "decide-decided_on": iso(-1)}
    assert post(staff, "examination-decide", examination.pk, **data).status_code == 302
    paper = page(staff, "document-file", examination.documents.get().pk)
    assert b"".join(paper.streaming_content) == b"%PDF-1.4"
    assert "省局" in page(staff, "standard-detail", standard.pk).content.decode()


def test_grades_and_yearly_records_are_entered(staff, standard):
    data = {"since": iso(0), "change": "upgraded", "rank": "highest"}
    data |= {"national_level": "upper_middle"}
    data = {f"grade-{name}": value for name, value in data.items()}
    assert post(staff, "standard-grade", standard.pk, **data).status_code == 302
    data = {"control-kind": "stability", "control-measured_on": iso(0)}
    data |= {"control-result_text": "0.1 μm", "control-conforms": "on"}
    assert post(staff, "standard-control", standard.pk, **data).status_code == 302
    detail = page(staff, "standard-detail", standard.pk).context["detail"]
    assert detail.row.national_level == detail.grades[-1].get_national_level_display()
    assert detail.controls[0].conforms


def test_a_file_is_kept_with_the_standard_and_read_by_right(staff, client, world, standard):
    data = {"attachment-title": "照片", "attachment-file": SimpleUploadedFile("a.txt", b"text")}
    assert post(staff, "standard-attach", standard.pk, **data).status_code == 302
    kept = Attachment.objects.get()
    assert page(staff, "attachment-file", kept.pk).status_code == 200
    client.force_login(world.people["other_city_reviewer"])
    assert page(client, "attachment-file", kept.pk).status_code == 404
    client.force_login(world.people["staff"])
    assert post(client, "attachment-remove", kept.pk).status_code == 302
    assert page(client, "attachment-file", kept.pk).status_code == 404


def test_a_file_of_an_unknown_kind_is_refused_in_a_sentence(staff, standard):
    data = {"attachment-title": "程序", "attachment-file": SimpleUploadedFile("a.exe", b"MZ")}
    response = post(staff, "standard-attach", standard.pk, **data)
    assert (response.status_code, response.context["problem"].code) == (422, "evidence.kind")


def test_the_calendar_counts_last_days_and_lists_the_quarter(staff, world, standard):
    last = standard.in_force.get().last
    quarter = f"{last.year}Q{(last.month + 2) // 3}"
    response = page(staff, "expiry", quarter=quarter)
    chosen = next(item for item in response.context["quarters"] if item.chosen)
    assert (str(chosen.period), chosen.lapsing) == (quarter, 1)
    assert [lapse.last for lapse in response.context["lapses"]] == [last]


def test_csv_json_and_excel_hold_the_same_standards(staff, standard):
    text = b"".join(page(staff, "standard-export", format="csv").streaming_content).decode(
        "utf-8-sig"
    )
    _head, line, *more = csv.reader(io.StringIO(text))
    assert not more
    assert line[list(HEADINGS).index("capability_range_text")] == LINE["range_text"]
    (record,) = json.loads(sent(staff, "json"))["standards"]
    able = record["capabilities"][0]
    assert [able[name] for name in ("low", "high", "unit")] == ["0", "500", "mm"]
    assert [able[name] for name in ("value", "value_unit", "coverage_factor")] == ["0.2", "um", "2"]
    assert record["counts_until"] == iso(90)
    assert sent(staff, "xlsx").startswith(b"PK")
    assert page(staff, "standard-export", format="pdf").status_code == 404


def test_institutes_are_listed_entered_and_refused_with_a_wrong_credit_code(staff, world):
    unit = world.units["C1"].code
    data = {"code": "new-1", "name": "新所", "kind": "statutory", "organisation": unit}
    response = post(staff, "institute-create", **data, uscc="91110000000000000X")
    assert response.status_code == 422
    assert response.context["form"].errors["uscc"]
    assert post(staff, "institute-create", **data).status_code == 302
    assert "新所" in page(staff, "institute-list").content.decode()


def test_authorisations_staff_and_assessors_are_entered_on_the_institutes_page(staff, world):
    holder = institute(world)
    data = {"form": "internal", "number": "授-1", "scope": "压力表", "issued_by": "市局"}
    data |= {"valid_from": "2023-01-01", "valid_until": "2027-12-31"}
    data = {f"authorization-{name}": value for name, value in data.items()}
    assert post(staff, "institute-authorize", holder.pk, **data).status_code == 302
    data = {"staff-as_of": "2023-12-31", "staff-all": "40", "staff-senior": "9"}
    assert post(staff, "institute-staff", holder.pk, **data).status_code == 302
    data = {"certificate_no": "考-1", "subject": "standards", "grade": "provincial"}
    data |= {"valid_from": "2023-01-01", "valid_until": "2022-12-31"}
    data = {f"assessor-{name}": value for name, value in data.items()}
    response = post(staff, "institute-assessor", holder.pk, **data)
    assert response.context["assessor_form"].errors["valid_until"]
    data["assessor-valid_until"] = "2027-12-31"
    assert post(staff, "institute-assessor", holder.pk, **data).status_code == 302
    text = page(staff, "institute-detail", holder.pk).content.decode()
    assert all(part in text for part in ("授-1", "考-1", "40"))


def test_a_broken_and_an_expired_link_are_marked_in_the_diagram(staff, world, standard):
    links = [
        {"upper": standard, "way": "verification"},
        {"name": "国家基准", "is_primary": True, "way": "verification"},
        {"name": "省标准", "way": "calibration", "valid_until": day("2021-01-01")},
    ]
    below = saved(world, institute(world, "A"), upper_links=links, name="千分尺检定装置")
    diagram = page(staff, "standard-trace", below.pk).context["diagram"]
    sound = {edge.source: edge.condition for edge in diagram.edges if edge.target == f"s{below.pk}"}
    assert sorted(sound.values()) == ["expired", "open", "sound"]
    move_standard(
        actor=world.people["staff"],
        standard=standard,
        to="sealed",
        since=timezone.localdate(),
        reason="维修",
    )
    diagram = page(staff, "standard-trace", below.pk).context["diagram"]
    edge = next(edge for edge in diagram.edges if edge.source == f"s{standard.pk}")
    assert edge.condition == "broken"
    assert page(staff, "standard-print", below.pk).status_code == 200


def test_the_diagram_follows_the_register_upwards_and_links_only_what_may_be_seen(world, client):
    top = certified(world, saved(world, institute(world, "P")), last=iso(90))
    middle = saved(world, institute(world), upper_links=[{"upper": top, "way": "verification"}])
    client.force_login(world.people["city_leader"])
    diagram = page(client, "standard-trace", middle.pk).context["diagram"]
    assert [label for label, _row in diagram.rows()]
    assert diagram.nodes[f"s{top.pk}"].href == ""
    assert diagram.nodes[f"s{middle.pk}"].href
    # What stands above the upper one is part of the chain too.
    assert any(edge.target == f"s{top.pk}" for edge in diagram.edges)


def decided(client, examination, **more):
    data = {"decided_on": iso(0), "result": "passed"} | more
    data = {f"decide-{name}": value for name, value in data.items()}
    return post(client, "examination-decide", examination.pk, **data)


def applied_again(standard: MeasurementStandard):
    return apply_for(
        actor=None, standard=standard, kind="again", applied_on=day(iso(-30)), authority="省局"
    )


def test_a_pass_is_entered_with_its_new_certificates_and_their_scans(staff, standard):
    examination = applied_again(standard)
    shown = page(staff, "standard-detail", standard.pk).context["decide_form"]
    assert [label for label, _fields in shown.issued] == list(Certificate.Kind.labels)
    issued = {"valid_from": iso(1), "valid_until": iso(1400)}
    given = {f"{kind}_{name}": value for kind in Certificate.Kind for name, value in issued.items()}
    given |= {"examination_number": "新-1", "public_number": "新-2"}
    given["public_file"] = SimpleUploadedFile("证书.pdf", b"%PDF-1.4\n%%EOF")
    assert decided(staff, examination, **given).status_code == 302
    new = standard.certificates.filter(number__startswith="新-").order_by("number")
    assert [(item.kind, item.authority) for item in new] == [
        ("examination", "省局"),
        ("public", "省局"),
    ]
    assert new[1].file.name == "证书.pdf"
    assert str(standard.in_force.latest("last").last) == iso(1400)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"public_number": "新-2", "public_valid_from": "2030-01-01"}, "public_valid_until"),
        ({"examination_number": "新-1", "result": "failed"}, "result"),
    ],
)
def test_a_certificate_that_does_not_fit_the_result_is_refused_at_its_field(
    staff, standard, given, field
):
    examination = applied_again(standard)
    response = decided(staff, examination, **given)
    assert response.status_code == 422
    assert response.context["decide_form"].errors[field]
    examination.refresh_from_db()
    assert examination.result == ""


def test_a_certificate_number_of_another_standard_undoes_the_whole_decision(world, staff, standard):
    other = certified(world, saved(world), "2020-03-01", iso(90))
    examination = applied_again(standard)
    taken = other.certificates.get(kind="public").number
    days = {"public_valid_from": iso(1), "public_valid_until": iso(9)}
    response = decided(staff, examination, public_number=taken, **days)
    assert response.status_code == 422
    assert response.context["decide_form"].errors["public_number"]
    examination.refresh_from_db()
    assert examination.result == ""


def test_an_enterprise_standard_is_offered_no_public_certificate(world, staff):
    own = saved(world, holder_kind="enterprise", state="planned")
    shown = page(staff, "standard-detail", own.pk).context["decide_form"]
    assert len(shown.issued) == 1
