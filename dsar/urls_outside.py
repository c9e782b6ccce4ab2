"""Where those outside answer: services, and the owners of sources; and what staff do about them."""

from django.urls import path

from dsar.views import hooks, outside, owners

urlpatterns = [
    path("hooks/sources/<str:token>/", hooks.answer, name="source-hook"),
    path("sources/task/<str:token>/", owners.page, name="owner"),
    path("sources/task/<str:token>/code/", owners.send_code, name="owner-code"),
    path("sources/task/<str:token>/open/", owners.open_, name="owner-open"),
    path("sources/task/<str:token>/show/", owners.show, name="owner-show"),
    path("sources/task/<str:token>/answer/", owners.answer, name="owner-answer"),
    path(
        "staff/requests/<slug:reference>/outside/<uuid:uid>/remind/",
        outside.remind,
        name="outside-remind",
    ),
    path(
        "staff/requests/<slug:reference>/outside/<uuid:uid>/withdraw/",
        outside.withdraw,
        name="outside-withdraw",
    ),
]
