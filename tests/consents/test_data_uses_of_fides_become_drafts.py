"""Data uses of the Fides taxonomy: mapped to our terms, refused by line where nobody knows them."""

import json

import pytest

from consents.register import checking, fides, terms
from consents.register.fields import Subject

TAXONOMY = """\
data_use:
- fides_key: essential.fraud_detection
  name: Essential Fraud Detection
  description: Detects possible fraud or misuse.
  parent_key: essential
- fides_key: astrology.daily
  name: Horoscopes
- name: Without a key
- fides_key: marketing.communications.email
  name: Marketing Email
  legal_basis: Consent
- fides_key: marketing.communications.sms
  legal_basis: Because
"""
SYSTEM = """\
system:
- fides_key: shop
  name: Shop
  privacy_declarations:
  - name: Orders
    data_use: essential.service
    data_categories: [user.contact.email, user.aura, user.health.genetic]
    data_subjects: [customer, ghost]
    legal_basis_for_processing: Legitimate interests
    impact_assessment_location: https://example.org/lia
    retention_period: 12 months
  - data_use: nothing.known
    data_categories: []
"""


def test_a_taxonomy_becomes_drafts_and_the_unknown_is_refused_by_line():
    found = fides.read(TAXONOMY.encode())
    assert [(use.line, use.key) for use in found.uses] == [
        (2, "essential.fraud_detection"),
        (9, "marketing.communications.email"),
        (12, "marketing.communications.sms"),
    ]
    assert [one.line for one in found.refused] == [6, 8, 13]
    assert "astrology.daily" in found.refused[0].reason
    first, mail, _last = (use.draft for use in found.uses)
    assert first["dpv_purpose"] == "dpv:FraudPreventionAndDetection"
    assert first["purposes_en"] == "Detects possible fraud or misuse."
    assert (mail["dpv_purpose"], mail["legal_basis"]) == ("dpv:DirectMarketing", "6(1)(a)")


def test_the_same_taxonomy_as_json_is_read_alike():
    data = {"data_use": [{"fides_key": "analytics.reporting", "name": "Reports"}]}
    (use,) = fides.read(json.dumps(data, indent=2).encode()).uses
    assert (use.line, use.draft["dpv_purpose"]) == (3, "dpv:ServiceUsageAnalytics")


def test_a_declaration_of_a_system_brings_data_basis_and_period():
    found = fides.read(SYSTEM.encode())
    (use,) = found.uses
    assert use.slug == "fides-shop-orders"
    assert use.draft["data_categories"] == ["pd:EmailAddress", "pd:Genetic"]
    assert use.draft["data_subjects"] == ["dpv:Customer"]
    assert use.draft["legal_basis"] == "6(1)(f)"
    assert use.draft["lia_reference"] == "https://example.org/lia"
    assert use.draft["retention_duration"] == "P12M"
    assert [one.line for one in found.refused] == [7, 8, 12]


@pytest.mark.django_db
def test_a_draft_says_what_it_still_lacks():
    (use,) = fides.read(SYSTEM.encode()).uses
    wrong = checking.problems(use.draft, Subject(use.slug, of_purpose=False))
    assert {"measures_en", "title_en", "retention_trigger"} <= wrong.keys()
    assert not {"data_categories", "dpv_purpose", "legal_basis"} & wrong.keys()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe", "no UTF-8"),
        (b"data_use: [", "neither YAML nor JSON"),
        (b"- 1", "neither"),
        (b"", "neither"),
        (b"other: 1", "neither"),
        (b"a: &a [1]\ndata_use: *a", "Line 2: anchors"),
        (b"data_use: []\n" + b"#" * fides.MOST_BYTES, "larger than"),
        (b"[" * 20_000, "neither YAML nor JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(data, said):
    with pytest.raises(fides.Unreadable, match=said):
        fides.read(data)


def test_the_mapping_leads_to_terms_that_there_are():
    table = fides._terms()
    assert set(table["data_use"].values()) <= terms.PURPOSES.keys()
    assert set(table["data_category"].values()) <= terms.DATA.keys()
    assert set(table["data_subject"].values()) <= terms.DATA_SUBJECTS.keys()


def test_a_use_that_stands_twice_is_taken_once():
    entry = {"fides_key": "analytics"}
    found = fides.read(json.dumps({"data_use": [entry, entry]}).encode())
    assert (len(found.uses), len(found.refused)) == (1, 1)
