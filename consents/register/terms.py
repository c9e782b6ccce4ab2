"""The terms that a record may use, each with its words. What is not here is refused by line.

Data subjects, purposes and data are terms of the Data Privacy Vocabulary 2.3 (``dpv:``, ``pd:``).
"""

from functools import cache

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

Words = str | Promise

DATA_SUBJECTS: dict[str, Words] = {
    "dpv:Customer": _("customers with an account"),
    "dpv:User": _("signers without an account"),
    "dpv:Client": _("organisations’ contacts"),
    "dpv:Visitor": _("visitors of the site"),
    "dpv:Employee": _("our staff"),
    "dpv:JobApplicant": _("applicants for a job"),
    "dpv:Subscriber": _("people who receive our mails"),
    "dpv:Child": _("children"),
    "dpv:DataSubject": _("people named in documents"),
}
DATA: dict[str, Words] = {
    "pd:Name": _("names"),
    "pd:EmailAddress": _("e-mail addresses"),
    "pd:TelephoneNumber": _("telephone numbers"),
    "pd:PhysicalAddress": _("postal addresses"),
    "pd:Country": _("country"),
    "pd:Language": _("language"),
    "pd:Contact": _("contact details"),
    "pd:Username": _("user names"),
    "pd:UID": _("unique numbers"),
    "pd:Password": _("passwords, as hashes"),
    "pd:Authenticating": _("means of signing in"),
    "pd:AuthenticationHistory": _("history of sign-ins"),
    "pd:IPAddress": _("network addresses"),
    "pd:DeviceBased": _("device and browser"),
    "pd:DeviceSoftware": _("software of the device"),
    "pd:PersonalDocuments": _("documents and what they say"),
    "pd:Communication": _("messages exchanged"),
    "pd:ServiceConsumptionBehaviour": _("how the service is used"),
    "pd:BrowserHistory": _("pages visited"),
    "pd:Preference": _("preferences"),
    "pd:PrivacyPreference": _("choices about data"),
    "pd:Profile": _("profiles"),
    "pd:Location": _("location"),
    "pd:GPSCoordinate": _("exact location"),
    "pd:OfficialID": _("identity documents"),
    "pd:Passport": _("passports"),
    "pd:Professional": _("career"),
    "pd:Job": _("job"),
    "pd:WorkHistory": _("work history"),
    "pd:Financial": _("financial data"),
    "pd:FinancialAccount": _("accounts at banks"),
    "pd:BankAccount": _("bank accounts"),
    "pd:PaymentCard": _("payment cards"),
    "pd:Transactional": _("purchases and payments"),
    "pd:Purchase": _("purchases"),
    "pd:Tax": _("tax data"),
    "pd:Age": _("age"),
    "pd:AgeRange": _("age range"),
    "pd:BirthDate": _("date of birth"),
    "pd:Gender": _("gender"),
    "pd:MaritalStatus": _("marital status"),
    "pd:Nationality": _("nationality"),
    "pd:Demographic": _("demographic data"),
    "pd:Picture": _("pictures"),
    "pd:Social": _("social relations"),
    "pd:SocialMedia": _("social media"),
    "pd:Identifying": _("data that identifies"),
    "pd:Health": _("health"),
    "pd:HealthRecord": _("health records"),
    "pd:Genetic": _("genetic data"),
    "pd:Biometric": _("biometric data"),
    "pd:Fingerprint": _("fingerprints"),
    "pd:Retina": _("patterns of the retina"),
    "pd:Criminal": _("convictions and offences"),
    "pd:EthnicOrigin": _("ethnic origin"),
    "pd:PoliticalOpinion": _("political opinions"),
    "pd:Religion": _("religion"),
    "pd:PhilosophicalBelief": _("philosophical beliefs"),
    "pd:SexualPreference": _("sexual orientation"),
    "pd:TradeUnionMembership": _("membership of a trade union"),
}
# Arts 9 and 10: the risk is high, so an impact assessment is expected (art. 35(3)(b)).
SPECIAL = frozenset(
    {
        "pd:Health", "pd:HealthRecord", "pd:Genetic", "pd:Biometric", "pd:Fingerprint", "pd:Retina",
        "pd:Criminal", "pd:EthnicOrigin", "pd:PoliticalOpinion", "pd:Religion",
        "pd:PhilosophicalBelief", "pd:SexualPreference", "pd:TradeUnionMembership",
    }
)  # fmt: skip
PURPOSES: dict[str, Words] = {
    "dpv:ServiceProvision": _("giving a service"),
    "dpv:RequestedServiceProvision": _("giving a service that was asked for"),
    "dpv:FulfilmentOfContractualObligation": _("fulfilling a contract"),
    "dpv:EstablishContractualAgreement": _("concluding a contract"),
    "dpv:IdentityVerification": _("verifying who somebody is"),
    "dpv:IdentityAuthentication": _("signing in"),
    "dpv:FraudPreventionAndDetection": _("preventing and finding fraud"),
    "dpv:EnforceSecurity": _("security"),
    "dpv:LegalCompliance": _("obeying the law"),
    "dpv:RecordManagement": _("keeping records"),
    "dpv:DisputeManagement": _("disputes"),
    "dpv:CustomerCare": _("helping customers"),
    "dpv:CommunicationForCustomerCare": _("messages about the service"),
    "dpv:PaymentManagement": _("payments"),
    "dpv:ServiceUsageAnalytics": _("statistics on the use of the service"),
    "dpv:ServiceOptimisation": _("making the service better"),
    "dpv:ImproveExistingProductsAndServices": _("improving products"),
    "dpv:ResearchAndDevelopment": _("research and development"),
    "dpv:DirectMarketing": _("direct marketing"),
    "dpv:Marketing": _("marketing"),
    "dpv:Advertising": _("advertising"),
    "dpv:PersonalisedAdvertising": _("personalised advertising"),
    "dpv:TargetedAdvertising": _("targeted advertising"),
    "dpv:Personalisation": _("personalisation"),
    "dpv:SearchFunctionalities": _("search"),
    "dpv:SellDataToThirdParties": _("selling data"),
    "dpv:RightsFulfilment": _("answering people about their data"),
    "dpv:HumanResourceManagement": _("staff"),
    "dpv:PersonnelHiring": _("hiring"),
    "dpv:AccountManagement": _("accounts"),
}
PROCESSING: dict[str, Words] = {
    "dpv:Store": _("store"),
    "dpv:Record": _("record"),
    "dpv:Use": _("use"),
    "dpv:Consult": _("look at"),
    "dpv:Retrieve": _("find"),
    "dpv:Monitor": _("watch over"),
    "dpv:Aggregate": _("count"),
    "dpv:Share": _("pass on"),
    "dpv:Profiling": _("profile"),
    "dpv:Anonymise": _("anonymise"),
    "dpv:Pseudonymise": _("pseudonymise"),
    "dpv:Erase": _("erase"),
    "ai:ModelTraining": _("train a model"),
    "ai:ModelFineTuning": _("fine-tune a model"),
}
# From which event a period is counted. A purpose's versions use these codes too.
TRIGGERS: dict[str, Words] = {
    "document_completed": _("the last signature on the document"),
    "document_deleted": _("the deletion of the document"),
    "event": _("the event itself"),
    "ticket_closed": _("the end of the exchange"),
    "training_copy_made": _("the making of the training copy"),
    "last_contact": _("the last contact"),
    "account_closed": _("the closing of the account"),
    "request_closed": _("the answer to the request"),
    "invoice_issued": _("the date of the invoice"),
    "contract_ended": _("the end of the contract"),
    "collected": _("the day it was collected"),
}
# What covers a transfer outside of the EEA (arts 45 to 49).
ADEQUACY, COMPELLING = "45", "49(1)2"
SAFEGUARDS: dict[str, Words] = {
    ADEQUACY: _("a decision of the European Commission that the protection is adequate (art. 45)"),
    "46(2)(b)": _("binding corporate rules (art. 46(2)(b))"),
    "46(2)(c)": _("standard contractual clauses of the Commission (art. 46(2)(c))"),
    "46(2)(d)": _("standard contractual clauses of an authority (art. 46(2)(d))"),
    "46(2)(e)": _("an approved code of conduct (art. 46(2)(e))"),
    "46(2)(f)": _("an approved certification (art. 46(2)(f))"),
    "46(3)(a)": _("clauses that an authority has authorised (art. 46(3)(a))"),
    "49(1)(a)": _("the person’s explicit consent (art. 49(1)(a))"),
    "49(1)(b)": _("necessary for a contract with the person (art. 49(1)(b))"),
    "49(1)(c)": _("necessary for a contract in the person’s interest (art. 49(1)(c))"),
    "49(1)(d)": _("important reasons of public interest (art. 49(1)(d))"),
    "49(1)(e)": _("legal claims (art. 49(1)(e))"),
    COMPELLING: _("compelling legitimate interests, once (art. 49(1), second subparagraph)"),
}
RECIPIENT_KINDS: dict[str, Words] = {
    "internal": _("run by the service itself"),
    "processor": _("run by a processor"),
    "third_party": _("run by a third party"),
    "authority": _("a public authority"),
}
NO_END = pgettext_lazy("retention", "no period is set")


def words(term: str, among: dict[str, Words]) -> str:
    """Return the words of a term; one that is not known stands for itself."""
    return str(among.get(term, term))


def listed(terms: list[str], among: dict[str, Words]) -> str:
    """Return several terms in words, in their order."""
    return ", ".join(words(term, among) for term in terms)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def is_country(code: str) -> bool:
    """Return whether it is the code of a country (ISO 3166, two capital letters)."""
    return len(code) == 2 and code.isalpha() and code.isupper() and code in _countries("en")


def country(code: str) -> str:
    """Return the name of a country in the active language."""
    return _countries((get_language() or "en").split("-")[0]).get(code, code)


@cache
def _countries(language: str) -> dict[str, str]:
    return {code: str(name) for code, name in _locale(language).territories.items()}
