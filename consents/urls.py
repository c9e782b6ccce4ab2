"""Documents, purposes, choices: what a person sees and decides."""

from django.urls import path

from consents.views import choices, documents, history, notices, policies, purposes, receipts
from consents.views.verify import verify

app_name = "consents"
urlpatterns = [
    path("receipts/schema.json", receipts.schema, name="receipt-schema"),
    path("receipts/<uuid:uid>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:uid>.json", receipts.receipt_json, name="receipt-json"),
    path("receipts/<uuid:uid>.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("verify/", verify, name="verify"),
    path(".well-known/jwks.json", receipts.jwks, name="jwks"),
    path("purposes/", purposes.purposes, name="purposes"),
    path("purposes/<slug:slug>/", purposes.purpose, name="purpose"),
    path("documents/", documents.documents, name="documents"),
    path("documents/by-purpose/", documents.documents_by_purpose, name="grid"),
    path("documents/<uuid:uid>/", documents.document, name="document"),
    path("documents/<uuid:uid>/file/", documents.document_file, name="document-file"),
    path("history/", history.history, name="history"),
    path("history/choices.csv", history.history_file, name="history-file"),
    path("notices/<str:token>/", notices.notice, name="notice"),
    path("choices/clause/<int:pk>/", policies.clause, name="clause"),
    path("choices/<slug:slug>/", choices.choose, name="choose"),
    path("organisation/<uuid:uid>/", policies.organisation, name="organisation"),
    path("organisation/policy/", policies.policy, name="policy"),
]
