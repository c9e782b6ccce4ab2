"""``/d/<token>/``: what a signer may do by the link in the service's mail."""

from django.urls import path

from consents.views import signer

urlpatterns = [
    path("", signer.signer, name="signer"),
    path("refuse/", signer.refuse, name="signer-refuse"),
    path("code/", signer.send_code, name="signer-code"),
    path("open/", signer.open_, name="signer-open"),
    path("close/", signer.close, name="signer-close"),
    path("account/", signer.account, name="signer-account"),
    path("applied/<uuid:uid>/", signer.applied, name="signer-applied"),
    path("file/", signer.file, name="signer-file"),
    path("receipts/<uuid:uid>.json", signer.receipt, {"form": "json"}, name="signer-receipt-json"),
    path("receipts/<uuid:uid>.pdf", signer.receipt, {"form": "pdf"}, name="signer-receipt-pdf"),
]
