"""Pages on which support decides about data of others in a copy."""

from django.urls import path

from dsar.views import redaction

AT = "staff/requests/<slug:reference>/others/"

urlpatterns = [
    path(AT, redaction.places, name="redaction"),
    path(f"{AT}<int:place>.png", redaction.picture, name="redaction-picture"),
    path(f"{AT}decide/", redaction.decide, name="redaction-decide"),
    path(f"{AT}mark/", redaction.mark, name="redaction-mark"),
    path(f"{AT}release/", redaction.ask_to_release, name="redaction-release"),
]
