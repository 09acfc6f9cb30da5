import io

import pytest
from babel.messages.catalog import Catalog, Message

from metroplan import messages

TEMPLATE = """
<p class="it's">{% translate "Sign in" %} / {% translate "Don't" context "button" %}</p>
  {% blocktranslate with n=rows|length %}{{ n }} of {{ all }}{% endblocktranslate %}
"""


def test_messages_of_a_template_are_found_where_they_stand():
    found = list(
        messages.template_messages(io.BytesIO(TEMPLATE.encode()), messages.KEYWORDS, (), {})
    )
    assert [(line, text) for line, _, text, _ in found] == [
        (2, "Sign in"),
        (2, ("button", "Don't")),
        (3, "%(n)s of %(all)s"),
    ]


def test_messages_of_the_project_are_found():
    assert messages.found().get("Sign out") is not None


@pytest.mark.parametrize(
    ("chinese", "fault"),
    [
        (None, "not in the catalogue"),
        (Message("Row {n}", ""), "no Chinese"),
        (Message("Row {n}", "第{n}行", flags=["fuzzy"]), "fuzzy"),
        (Message("Row {n}", "第{row}行"), "other placeholders"),
        (Message("Row {n}", "第{n}行"), ""),
        (Message(("One row", "%(n)s rows"), ("%(n)s行",)), ""),
    ],
)
def test_a_message_without_a_good_translation_is_a_fault(chinese, fault):
    source = "Row {n}" if chinese is None or isinstance(chinese.id, str) else chinese.id
    assert messages._fault(Message(source), chinese) == fault


def test_a_fault_names_file_and_line(monkeypatch):
    monkeypatch.setattr(messages, "written", lambda: Catalog(locale="zh_Hans"))
    assert any(line.startswith("templates/404.html:") for line in messages.faults())
