"""Whom a change of a purpose touches, in numbers: one query, however many there are."""

from dataclasses import dataclass

from django.db import connection

from consents.actions.announcements import ADDRESSES, PEOPLE
from consents.models import Purpose

NOBODYS = 0  # a version that nobody was told of: everybody is still to be told


@dataclass(frozen=True)
class Touched:
    """Numbers, as of now.

    ``agreements`` are those that would count no more once a wider version is in effect, a contract
    for all its members being one; ``refusals`` go on counting, whatever is published.
    """

    accounts: int
    addresses: int  # without an account
    documents: int
    organisations: int
    agreements: int
    refusals: int

    @property
    def told(self) -> int:
        """How many people are told of it."""
        return self.accounts + self.addresses


# Documents that were sent, are not gone, and are no trial of ours.
QUERY = f"""
WITH document AS (
    SELECT d.id, d.organisation_id FROM consents_document d
    WHERE %(by_document)s AND d.erased_at IS NULL
        AND d.status NOT IN ('draft', 'purged', 'deleted')
        AND NOT EXISTS (SELECT FROM consents_canary c WHERE c.document_id = d.id)
), said AS (
    SELECT s.allowed FROM consents_standing s WHERE s.purpose_id = %(purpose)s
)
SELECT (SELECT count(*) FROM ({PEOPLE}) AS people),
    (SELECT count(*) FROM ({ADDRESSES}) AS addresses),
    (SELECT count(*) FROM document),
    (SELECT count(DISTINCT organisation_id) FROM document),
    (SELECT count(*) FROM said WHERE allowed),
    (SELECT count(*) FROM said WHERE NOT allowed)
"""  # noqa: S608 - all of it is ours


def touched(purpose: Purpose) -> Touched:
    """Return whom a wider version of the purpose would touch; a new purpose has no ``pk`` yet."""
    asked = {
        "after": 0, "version": NOBODYS, "purpose": purpose.pk or 0,
        "by_document": purpose.by_document,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(QUERY, asked)
        return Touched(*cursor.fetchone())
