"""Pages of requests: the person's, and support's."""

from django.urls import path

from dsar.views import downloads, signer, staff, subject

app_name = "dsar"

urlpatterns = [
    path("d/<str:token>/request/<slug:kind>/", signer.ask, name="signer-ask"),
    path("requests/", subject.index, name="index"),
    path("requests/new/", subject.choose, name="choose"),
    path("requests/new/<slug:kind>/", subject.ask, name="ask"),
    path("requests/copy/<str:token>/", downloads.copy, name="copy"),
    path("requests/<slug:reference>/", subject.detail, name="detail"),
    path("requests/<slug:reference>/messages/", subject.write, name="write"),
    path("requests/<slug:reference>/withdraw/", subject.withdraw, name="withdraw"),
    path("requests/<slug:reference>/download/", downloads.download, name="download"),
    path("certificates/<str:token>/", downloads.certificate, name="certificate"),
    path("certificates/<str:token>/pdf/", downloads.certificate_pdf, name="certificate-pdf"),
    path("staff/", staff.queue, name="queue"),
    path("staff/requests/<slug:reference>/", staff.detail, name="staff-detail"),
    path("staff/requests/<slug:reference>/reveal/", staff.reveal, name="reveal"),
    path("staff/requests/<slug:reference>/take/", staff.take, name="take"),
    path("staff/requests/<slug:reference>/release/", staff.release, name="release"),
    path("staff/requests/<slug:reference>/start/", staff.start, name="start"),
    path("staff/requests/<slug:reference>/approve/", staff.approve, name="approve"),
    path("staff/requests/<slug:reference>/refuse/", staff.refuse, name="refuse"),
    path("staff/requests/<slug:reference>/extend/", staff.extend, name="extend"),
    path("staff/requests/<slug:reference>/messages/", staff.write, name="staff-write"),
    path("staff/requests/<slug:reference>/steps/<int:step>/retry/", staff.retry, name="retry"),
    path("staff/people/", staff.people, name="people"),
    path("staff/outbox/", staff.outbox, name="outbox"),
    path("staff/outbox/<int:pk>/retry/", staff.resend, name="resend"),
]
