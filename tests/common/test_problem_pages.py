"""What a person sees who asks for something in the wrong way."""

from django.urls import reverse

from tests.submissions.quarter import opened, page


def test_the_address_of_a_button_says_so_when_it_is_opened_as_a_page(world, client):
    client.force_login(world.people["clerk"])
    response = client.get(page("submission-submit", opened(world)))
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    text = response.content.decode()
    assert "request.method_not_allowed" in text
    assert reverse("dashboards:home") in text


def test_the_address_of_a_page_says_so_when_something_is_sent_to_it(world, client):
    client.force_login(world.people["clerk"])
    response = client.post(reverse("submissions:submission-list"))
    assert response.status_code == 405
    assert "request.method_not_allowed" in response.content.decode()
