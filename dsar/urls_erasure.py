"""Pages of erasures: taking back, holds, the plan, recipients."""

from django.urls import path

from dsar.views import grace, holds, plan, recipients

urlpatterns = [
    path("requests/<slug:reference>/take-back/", grace.take_back, name="take-back"),
    path("requests/<slug:reference>/do-not-wait/", grace.do_not_wait, name="do-not-wait"),
    path(
        "staff/requests/<slug:reference>/take-back/", grace.staff_take_back, name="staff-take-back"
    ),
    path("staff/requests/<slug:reference>/plan/", plan.index, name="plan"),
    path("staff/requests/<slug:reference>/plan/<int:pk>/", plan.decide, name="plan-item"),
    path("staff/holds/", holds.index, name="holds"),
    path("staff/holds/<int:pk>/review/", holds.review, name="hold-review"),
    path("staff/holds/<int:pk>/lift/", holds.lift, name="hold-lift"),
    path("staff/recipients/", recipients.index, name="recipients"),
    path("staff/recipients/<int:pk>/told/", recipients.told, name="recipient-told"),
    path("staff/recipients/<int:pk>/confirmed/", recipients.confirmed, name="recipient-confirmed"),
    path("staff/recipients/<int:pk>/resend/", recipients.resend, name="recipient-resend"),
]
