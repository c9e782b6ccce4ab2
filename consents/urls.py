"""Documents, purposes, choices: what a person sees and decides."""

from django.urls import include, path

from consents.views import choices, documents, history, notices, policies, purposes, receipts, uses
from consents.views import deliveries, systems
from consents.views import selections
from consents.views.applied import applied
from consents.views import training
from consents.views import history_json, usage
from consents.views.verify import verify

app_name = "consents"
urlpatterns = [
    path("d/<str:token>/", include("consents.signer_urls")),
    path("receipts/schema.json", receipts.schema, name="receipt-schema"),
    path("receipts/<uuid:uid>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:uid>.json", receipts.receipt_json, name="receipt-json"),
    path("receipts/<uuid:uid>.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("receipts/<uuid:uid>.kantara.json", receipts.receipt_kantara, name="receipt-kantara"),
    path("verify/", verify, name="verify"),
    path(".well-known/jwks.json", receipts.jwks, name="jwks"),
    path("purposes/", purposes.purposes, name="purposes"),
    path("purposes/<slug:slug>/", purposes.purpose, name="purpose"),
    path("purposes/<slug:slug>/exceptions/", purposes.exceptions, name="exceptions"),
    path("documents/", documents.documents, name="documents"),
    path("documents/by-purpose/", documents.documents_by_purpose, name="grid"),
    path("documents/selection/", selections.selection, name="selection"),
    path("documents/selection/choose/", selections.choose_for_selection, name="choose-selection"),
    path("documents/selection/<uuid:batch>/", selections.selection_done, name="selection-done"),
    path("documents/selection/<uuid:batch>/undo/", selections.undo_selection, name="undo"),
    path("documents/<uuid:uid>/", documents.document, name="document"),
    path("documents/<uuid:uid>/usage.json", usage.usage, name="document-usage"),
    path("documents/<uuid:uid>/file/", documents.document_file, name="document-file"),
    path("documents/<uuid:uid>/uses/", uses.uses, name="uses"),
    path("documents/<uuid:uid>/uses.csv", uses.uses_file, name="uses-file"),
    path("training/", training.trainings, name="training"),
    path("training/documents.csv", training.training_file, name="training-file"),
    path("training/<uuid:uid>/", training.run, name="training-run"),
    path("history/", history.history, name="history"),
    path("history/choices.json", history_json.history_json, name="history-json"),
    path("history/choices.csv", history.history_file, name="history-file"),
    path("notices/<str:token>/", notices.notice, name="notice"),
    path("staff/deliveries/", deliveries.deliveries, name="deliveries"),
    path("staff/deliveries/<uuid:uid>/send/", deliveries.send_again, name="send-again"),
    path("staff/deliveries/<slug:slug>/send/", deliveries.send_all_again, name="send-all-again"),
    path("staff/systems/", systems.systems, name="systems"),
    path("staff/systems/new/", systems.new_system, name="new-system"),
    path("staff/systems/<slug:slug>/", systems.system, name="system"),
    path("staff/systems/<slug:slug>/secret/", systems.new_secret, name="new-secret"),
    path("choices/acts/<uuid:uid>/applied/", applied, name="applied"),
    path("choices/clause/<int:pk>/", policies.clause, name="clause"),
    path("choices/<slug:slug>/", choices.choose, name="choose"),
    path("organisation/<uuid:uid>/", policies.organisation, name="organisation"),
    path("organisation/policy/", policies.policy, name="policy"),
]
