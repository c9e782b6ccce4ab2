"""The pages about people. Sign-in, addresses, second factors and sessions are allauth's."""

from django.urls import path

from accounts.views import account, organisation

app_name = "accounts"
urlpatterns = [
    path("account/", account.overview, name="overview"),
    path("account/profile/", account.profile, name="profile"),
    path("account/access/", account.access, name="access"),
    path("account/confirm/", account.reauthenticate, name="reauthenticate"),
    path("organisation/", organisation.index, name="organisations"),
    path("organisation/<uuid:uid>/", organisation.detail, name="organisation"),
    path("organisation/<uuid:uid>/invite/", organisation.invite, name="invite"),
    path(
        "organisation/<uuid:uid>/invitations/<uuid:invitation>/withdraw/",
        organisation.withdraw,
        name="withdraw-invitation",
    ),
    path(
        "organisation/<uuid:uid>/members/<uuid:person>/remove/",
        organisation.remove,
        name="remove-member",
    ),
    path(
        "organisation/<uuid:uid>/members/<uuid:person>/admin/",
        organisation.set_admin,
        name="set-admin",
    ),
    path(
        "organisation/invitations/<uuid:invitation>/",
        organisation.answer,
        name="answer-invitation",
    ),
]
