"""Pages of the ways in; before the others, for "new" and "confirm" are no references."""

from django.urls import path

from dsar.views import agents, intake, public, public_agent, signer, staff_new

urlpatterns = [
    path("ask/", public.ask, name="public"),
    path("ask/code/", public.code, name="public-code"),
    path("ask/code/again/", public.again, name="public-again"),
    path("ask/for-somebody/", public_agent.ask, name="public-agent"),
    path("ask/for-somebody/details/", public_agent.details, name="public-agent-details"),
    path("ask/for-somebody/sent/", public_agent.sent, name="public-agent-sent"),
    path("ask/details/", public.details, name="public-details"),
    path("ask/sent/", public.sent, name="public-sent"),
    path("d/<str:token>/request/<slug:kind>/", signer.ask, name="signer-ask"),
    path("requests/draft/<slug:kind>/", intake.draft, name="draft"),
    path("requests/confirm/<str:token>/", intake.confirm, name="confirm"),
    path("requests/confirm/<str:token>/again/", intake.confirm_again, name="confirm-again"),
    path("requests/<slug:reference>/agent/end/", agents.end, name="agent-end"),
    path("agent/<slug:reference>/<str:token>/", agents.page, name="agent"),
    path("agent/<slug:reference>/<str:token>/code/", agents.send_code, name="agent-code"),
    path("agent/<slug:reference>/<str:token>/open/", agents.open_, name="agent-open"),
    path("agent/<slug:reference>/<str:token>/copy/", agents.download, name="agent-copy"),
    path("requests/<slug:reference>/confirm/", intake.confirm_own, name="confirm-own"),
    path("requests/<slug:reference>/proof/", intake.proof, name="proof"),
    path("requests/<slug:reference>/files/<uuid:uid>/", intake.file, name="file"),
    path("staff/requests/new/", staff_new.new, name="new"),
    path("staff/requests/<slug:reference>/files/<uuid:uid>/", intake.staff_file, name="staff-file"),
]
