"""Chinese unless the reader chose otherwise, whatever language the browser was installed in."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

API = "/api/"


class LanguageMiddleware(LocaleMiddleware):
    """Pages follow the language switch; API clients, who have none, say `Accept-Language`."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(API):
            super().process_request(request)
            return
        translation.activate(chosen(request))
        request.LANGUAGE_CODE = translation.get_language()


def chosen(request: HttpRequest) -> str:
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
