"""What a receipt says, in words: for the person who holds it and for whoever checks it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consents.models import Receipt
from consents.models.ledger import Act, Source
from consents.models.purposes import LegalBasis
from portal.lib import strict_json

Words = str | Promise
CONTRACT = "contract"
YOU: dict[str, Words] = {
    Act.CONSENT_GIVEN: _("You <strong>agreed</strong>: {purpose}"),
    Act.CONSENT_REFUSED: _("You <strong>refused</strong>: {purpose}"),
    Act.CONSENT_WITHDRAWN: _("You <strong>withdrew your agreement</strong>: {purpose}"),
    Act.OBJECTION_LODGED: _("You <strong>objected</strong>: {purpose}"),
    Act.OBJECTION_WITHDRAWN: _("You <strong>withdrew your objection</strong>: {purpose}"),
    Act.NOT_OBJECTED: _("You <strong>accepted the wider use</strong>: {purpose}"),
    Act.FOLLOWS_AGAIN: _("You <strong>removed the exception</strong>: {purpose}"),
    Act.POLICY_REFUSED: _("Your organisation <strong>refused</strong>: {purpose}"),
    Act.POLICY_LIFTED: _("Your organisation <strong>left it to each member</strong>: {purpose}"),
    CONTRACT: _("A clause of a contract <strong>agreed</strong> for your organisation: {purpose}"),
}
SOMEBODY: dict[str, Words] = {
    Act.CONSENT_GIVEN: _("A person <strong>agreed</strong>: {purpose}"),
    Act.CONSENT_REFUSED: _("A person <strong>refused</strong>: {purpose}"),
    Act.CONSENT_WITHDRAWN: _("A person <strong>withdrew their agreement</strong>: {purpose}"),
    Act.OBJECTION_LODGED: _("A person <strong>objected</strong>: {purpose}"),
    Act.OBJECTION_WITHDRAWN: _("A person <strong>withdrew their objection</strong>: {purpose}"),
    Act.NOT_OBJECTED: _("A person <strong>accepted the wider use</strong>: {purpose}"),
    Act.FOLLOWS_AGAIN: _("A person <strong>removed an exception</strong>: {purpose}"),
    Act.POLICY_REFUSED: _("An organisation <strong>refused</strong>: {purpose}"),
    Act.POLICY_LIFTED: _("An organisation <strong>left it to each member</strong>: {purpose}"),
    CONTRACT: _("A clause of a contract <strong>agreed</strong> for an organisation: {purpose}"),
}
SCOPES: dict[str, Words] = {
    "everything": pgettext_lazy("the scope of a choice", "All documents of the person"),
    "organisation": pgettext_lazy("the scope of a choice", "All documents of one organisation"),
    "document": pgettext_lazy("the scope of a choice", "One document"),
}


ALLOWS = _("Allowed from that moment, as far as this choice goes. Another party may still refuse.")
FORBIDS = _("Not allowed from that moment.")
LEAVES = _("From that moment each member’s own choice holds again.")
FOLLOWS = _("From that moment what was chosen more widely holds there again.")


@dataclass(frozen=True)
class Facts:
    """What a receipt proves, read from its sealed body. Times are aware, in UTC."""

    body: dict[str, Any]

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Return the facts of a receipt of ours."""
        return cls(strict_json.loads(bytes(receipt.body)))

    @property
    def record(self) -> dict[str, Any]:
        """Return the record of the act."""
        record: dict[str, Any] = self.body["dpv:hasRecordOfActivity"]
        return record

    @property
    def act(self) -> Act:
        """Return what was done."""
        return Act(self.record["regard:act"])

    @property
    def status(self) -> dict[str, Any]:
        """Return who indicated it, how and when."""
        found: list[dict[str, Any]] = (
            self.record.get("dpv:hasConsentStatus") or self.record["dpv:hasStatus"]
        )
        return found[0]

    @property
    def at(self) -> datetime:
        """Return when it was done."""
        return datetime.fromisoformat(self.status["dpv:isIndicatedAtTime"])

    @property
    def created(self) -> datetime:
        """Return when the receipt was sealed."""
        return datetime.fromisoformat(self.body["dct:created"])

    @property
    def source(self) -> str:
        """Return by which way it came."""
        return str(Source(self.status["dpv:hasIndicationMethod"]).label)

    @property
    def chooser(self) -> str:
        """Return the pseudonym of who chose."""
        return str(self.status["dpv:isIndicatedBy"]["@id"]).removeprefix("urn:uuid:")

    @property
    def number(self) -> str:
        """Return the number of the act in the ledger."""
        return str(self.record["@id"]).removeprefix("urn:uuid:")

    @property
    def scope(self) -> str:
        """Return what the choice is about, without naming it."""
        return str(SCOPES[self.record["dpv:hasScope"]["regard:scope"]])

    @property
    def scope_id(self) -> str:
        """Return the identifier of the document or organisation, if it is about one."""
        return str(self.record["dpv:hasScope"].get("@id", "")).removeprefix("urn:uuid:")

    @property
    def notice(self) -> dict[str, Any]:
        """Return which words were shown."""
        notice: dict[str, Any] = self.record["dpv:hasNotice"]
        return notice

    @property
    def purpose(self) -> str:
        """Return the purpose's title, in the language in which it was shown."""
        return str(self.notice["dct:title"])

    @property
    def version(self) -> int:
        """Return the number of the version that was shown."""
        return int(self.notice["schema:version"])

    @property
    def language(self) -> str:
        """Return the language in which the text was shown."""
        return str(self.notice["dct:language"])

    @property
    def text_sha256(self) -> str:
        """Return the fingerprint of the text that was shown."""
        return str(self.notice["schema:sha256"])

    @property
    def controller(self) -> str:
        """Return who decides about the data, and sealed the receipt."""
        return str(self.record["dpv:hasDataController"]["dpv:hasName"])

    @property
    def contact(self) -> str:
        """Return the address of the data protection officer."""
        contact = str(self.record["dpv:hasDataController"]["dpv:hasContact"])
        return contact.removeprefix("mailto:")

    @property
    def basis(self) -> str:
        """Return the legal basis, with its article."""
        letter = self.record["dpv:hasLegalBasis"]["@id"][-1]
        basis = LegalBasis(f"6(1)({letter})")
        return f"{basis.label} ({basis.value})"

    @property
    def effect(self) -> Words:
        """Return what the act does."""
        if self.act == Act.POLICY_LIFTED:
            return LEAVES
        if self.act == Act.FOLLOWS_AGAIN:
            return FOLLOWS
        return ALLOWS if self.record["regard:allows"] else FORBIDS

    @property
    def clause(self) -> dict[str, str]:
        """Return the clause of a contract that is said to have agreed, if one did."""
        clause: dict[str, str] = self.record.get("dpv:hasContractualClause", {})
        return {
            "number": clause["dct:identifier"],
            "contract": clause["dct:isPartOf"],
            "version": clause["schema:version"],
        } if clause else {}  # fmt: skip

    def sentence(self, words: dict[str, Words]) -> SafeString:
        """Return what was done as a sentence; the purpose's title stays in its own language."""
        key = CONTRACT if self.clause else self.act
        title = format_html('<span lang="{}">{}</span>', self.language, self.purpose)
        return format_html(str(words[key]), purpose=title)

    @property
    def to_the_holder(self) -> SafeString:
        """Return the sentence for the person whose receipt it is."""
        return self.sentence(YOU)

    @property
    def to_anybody(self) -> SafeString:
        """Return the sentence for whoever checks it."""
        return self.sentence(SOMEBODY)
