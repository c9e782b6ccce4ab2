"""Pages that only the demo has; ``portal.urls`` leaves them out elsewhere."""

from django.urls import path

from portal.demo import mailbox, receiver

app_name = "demo"
urlpatterns = [
    path("receiver/<slug:slug>/", receiver.receive, name="receiver"),
    path("mail/", mailbox.inbox, name="mail"),
    path("mail/<str:name>/", mailbox.message, name="mail-message"),
    path("mail/<str:name>/html/", mailbox.message_html, name="mail-message-html"),
]
