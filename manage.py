#!/usr/bin/env python
"""Entry point for every management command; the embedded services run while it works."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

WITHOUT_DATA = {"collectstatic", "diffsettings", "findstatic", "help", "startapp", "version"}


def services(arguments: list[str]) -> AbstractContextManager:
    """The services a command needs; none for one that reads no data or only asks for help."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in WITHOUT_DATA:
        return nullcontext()
    if {"-h", "--help"} & set(arguments):
        return nullcontext()
    from django.conf import settings

    from metroplan import embedded

    return embedded.lease(settings.VAR_DIR)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metroplan.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from metroplan.machine import EmbeddedError

    try:
        with services(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
