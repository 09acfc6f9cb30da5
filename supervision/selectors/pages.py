"""Addresses of the pages that entries behind a figure are read on."""

from django.urls import reverse


def page_of(name: str, pk: int) -> str:
    return reverse(f"supervision:{name}", args=[pk])
