"""Why a request is refused or a thing kept: the law's own codes (DPV 2.3), with their articles."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RefusalGround(models.TextChoices):
    """Why no action is taken (art. 12(4), 12(5), 12(6), 15(4) GDPR). The controller bears proof."""

    UNFOUNDED = (
        "eu-gdpr:JustificationA12ManifestlyUnfounded",
        _("manifestly unfounded (art. 12(5) GDPR)"),
    )
    EXCESSIVE = (
        "eu-gdpr:JustificationA12ManifestlyExcessive",
        _("manifestly excessive (art. 12(5) GDPR)"),
    )
    IDENTITY = (
        "eu-gdpr:JustificationA12IdentityFailure",
        _("we could not be sure who asks (art. 12(6) GDPR)"),
    )
    THIRD_PARTIES = (
        "justifications:ThirdPartyRightsImpaired",
        _("it would harm the rights of others (art. 15(4) GDPR)"),
    )
    LEGAL_DUTY = (
        "eu-gdpr:JustificationA17LegallyRequired",
        _("a law obliges us to keep it (art. 17(3)(b) GDPR)"),
    )
    LEGAL_CLAIMS = (
        "eu-gdpr:JustificationA17LegalClaims",
        _("it is needed for legal claims (art. 17(3)(e) GDPR)"),
    )


class ExtensionReason(models.TextChoices):
    """Why an answer takes two months more (art. 12(3) GDPR). Our own workload is no reason."""

    COMPLEXITY = (
        "eu-gdpr:JustificationA12Complexity",
        _("your request is complex (art. 12(3) GDPR)"),
    )
    NUMBER = (
        "eu-gdpr:JustificationA12HighVolume",
        _("of the number of requests (art. 12(3) GDPR)"),
    )


class ErasureAsked(models.TextChoices):
    """Why the person asks for erasure (art. 17(1)); never required."""

    NOT_NEEDED = "eu-gdpr:JustificationA17NonNecessity", _("it is no longer needed")
    NO_BASIS = "eu-gdpr:JustificationA17NoLegalBasis", _("I withdrew my consent")
    OBJECTION = "eu-gdpr:JustificationA17ObjectA21", _("I object to the use")
    UNLAWFUL = "eu-gdpr:JustificationA17UnlawfulProcessing", _("the use is unlawful")
    LEGAL_DUTY = "eu-gdpr:JustificationA17LegalErasure", _("a law demands it")
    CHILD = "eu-gdpr:JustificationA17ChildData", _("I was a child then")


class ErasureGround(models.TextChoices):
    """The ground of one decision of an erasure plan (standards of art. 17)."""

    NOT_NEEDED = "eu-gdpr:JustificationA17NonNecessity", _("no longer needed (art. 17(1)(a) GDPR)")
    NO_BASIS = "eu-gdpr:JustificationA17NoLegalBasis", _("agreement withdrawn (art. 17(1)(b) GDPR)")
    LEGAL_DUTY = (
        "eu-gdpr:JustificationA17LegallyRequired",
        _("kept because a law requires it (art. 17(3)(b) GDPR)"),
    )
    LEGAL_CLAIMS = (
        "eu-gdpr:JustificationA17LegalClaims",
        _("kept for legal claims (art. 17(3)(e) GDPR)"),
    )


class Sentence(models.TextChoices):
    """What the person reads about one item of the plan: what happens to it, and why."""

    ERASED = "erased", _("Erased. It is no longer needed.")
    ONLY_YOURS = "only_yours", _("Erased. Nobody else has signed it or is waiting to.")
    EMPTIED = (
        "emptied",
        _("Your name, address and settings are erased. An empty entry with a number remains."),
    )
    ADDRESSES = (
        "addresses",
        _("Your e-mail addresses are erased, here and wherever they were used to sign in."),
    )
    CONTRACT_OF_OTHERS = (
        "contract_of_others",
        _(
            "Kept for the other parties, who rely on it as proof. It leaves your space, and your"
            " part in it is used for nothing else."
        ),
    )
    CONTRACT_PROOF = (
        "contract_proof",
        _("Kept locked away as proof of the contract: no search, no AI, no look by support."),
    )
    WAITING_FOR_OTHERS = (
        "waiting_for_others",
        _("Removed from your space. The other parties keep it: they sent it or wait to sign."),
    )
    USES = (
        "uses",
        _("What your documents were used for remains as numbers, without your name or address."),
    )
    CHOICES = (
        "choices",
        _(
            "Your choices remain as proof that they were obeyed, without your name or address."
            " AI training stays refused."
        ),
    )
    ANNOUNCEMENTS = (
        "announcements",
        _("That you were told of changes remains as dates and numbers, without you."),
    )
    ANSWERS = ("answers", _("Answers given about your documents remain as numbers, without you."))
    CLAUSES = (
        "clauses",
        _("That a contract was accepted for an organisation remains, without your name."),
    )
    REQUESTS = (
        "requests",
        _("The proof that we answered you is kept: dates, decisions and this certificate."),
    )
    MESSAGES = (
        "messages",
        _("What you wrote to us, and we to you, about your requests is erased."),
    )
    LOOKS = (
        "looks",
        _("Which of our staff opened your file is kept to answer for it, without your name."),
    )
    LAST_MAIL = (
        "last_mail",
        _("The last message to you is kept until it is delivered, then its address is erased."),
    )
    STAFF_ACTS = ("staff_acts", _("What you did here as our staff remains, without your name."))
    ELSEWHERE_ERASED = (
        "elsewhere_erased",
        _("Erased there. Who holds it has confirmed it, and found nothing in a new search."),
    )
    ELSEWHERE_KEPT = (
        "elsewhere_kept",
        _("Kept there by who holds it, for the reason and until the day that are named here."),
    )
    ELSEWHERE_ASKED = (
        "elsewhere_asked",
        _("We ask who holds it to erase it. The certificate says what was answered."),
    )
    ELSEWHERE_NOTHING = ("elsewhere_nothing", _("Nothing about you was found there."))
    SIGNING_PURGED = (
        "signing_purged",
        _("Erased at the signing service, which keeps it in a queue for 14 days before."),
    )
    SIGNING_TRAIL = (
        "signing_trail",
        _("The record of who signed what and when remains at the signing service, as proof."),
    )
    UNNAMED = ("unnamed", _("What names you is taken out. The entry itself remains, without you."))
    KEPT_ELSEWHERE = (
        "kept_elsewhere",
        _("Kept for the reason named until its day, used for nothing else, then erased."),
    )
    KEPT_BY_DECISION = (
        "kept_by_decision",
        _("Kept locked away because our staff decided so; the reason stands beside it."),
    )
    ERASED_BY_DECISION = (
        "erased_by_decision",
        _("Erased. Two of our staff decided that it is not needed as proof."),
    )
    HELD = ("held", _("Kept because of a dispute under way. It is erased when that ends."))


class Awaited(models.TextChoices):
    """What a step waits for that is no failure: somebody outside has been asked."""

    SERVICE = "service", _("the answer of another service")
    OWNER = "owner", _("the answer of the person in charge of the source")
    PURGE = "purge", _("the end of a waiting time at the signing service")


class Cause(models.TextChoices):
    """Why a step did not succeed."""

    UNAVAILABLE = "unavailable", _("the source does not answer")
    REFUSED = "refused", _("the source refused our access")
    NOT_CONFIGURED = "not_configured", _("the source is not set up")
    UNREADABLE = "unreadable", _("the source answered something we cannot read")
    FILE_MISSING = "file_missing", _("a file is missing from the storage")
    STILL_THERE = "still_there", _("a new search still found data")
    NAMED_IN_LOG = "named_in_log", _("a reason in a log that cannot be changed names the person")
    LOST = "lost", _("the work was interrupted too often")
    UNEXPECTED = "unexpected", _("an error nobody foresaw")
    NO_ANSWER = "no_answer", _("who was asked did not answer in time")
    DECLINED = "declined", _("who was asked gave a reason not to do it")
    FORGED = "forged", _("an answer came that was not signed by the service")
    TOO_LARGE = "too_large", _("the answer is larger than we take")
    MISSING_PART = "missing_part", _("a part of the program for this source is not installed")
    WITHDRAWN = "withdrawn", _("the question was taken back")
    BY_HAND = "by_hand", _("parts of it can only be erased by hand, where they lie")
    MAPPING = "mapping", _("the description of the source does not fit the source")


class NextAction(models.TextChoices):
    """What to do about it."""

    WAIT = "wait", _("Nothing: it is tried again by itself.")
    ASK_OWNER = "ask_owner", _("Ask the owner of the source whether it is down, then try again.")
    CHECK_ACCESS = "check_access", _("Renew our access to the source, then try again.")
    CONFIGURE = "configure", _("Set the source up, then try again.")
    RESTORE = "restore", _("Put the file back from a backup, then try again.")
    NAME_THE_GAP = "name_the_gap", _("Answer all the same: the certificate names this gap.")
    REMIND = "remind", _("Ask the person in charge of the source, then try again.")
    INSTALL = "install", _("Install the missing part, then try again.")
    CORRECT = "correct", _("Correct the description of the source, then try again.")
    REPORT = "report", _("Send the step’s number to the operators; its error is in the log.")


NEXT_ACTION: dict[Cause, NextAction] = {
    Cause.UNAVAILABLE: NextAction.ASK_OWNER,
    Cause.REFUSED: NextAction.CHECK_ACCESS,
    Cause.NOT_CONFIGURED: NextAction.CONFIGURE,
    Cause.UNREADABLE: NextAction.REPORT,
    Cause.FILE_MISSING: NextAction.RESTORE,
    Cause.STILL_THERE: NextAction.REPORT,
    Cause.NAMED_IN_LOG: NextAction.NAME_THE_GAP,
    Cause.LOST: NextAction.REPORT,
    Cause.UNEXPECTED: NextAction.REPORT,
    Cause.NO_ANSWER: NextAction.REMIND,
    Cause.DECLINED: NextAction.NAME_THE_GAP,
    Cause.FORGED: NextAction.CHECK_ACCESS,
    Cause.TOO_LARGE: NextAction.REPORT,
    Cause.MISSING_PART: NextAction.INSTALL,
    Cause.MAPPING: NextAction.CORRECT,
    Cause.WITHDRAWN: NextAction.NAME_THE_GAP,
    Cause.BY_HAND: NextAction.NAME_THE_GAP,
}


def ground_label(code: str) -> str | Promise:
    """Return the words for a code of any of the enums above; the code itself if unknown."""
    for enum in (RefusalGround, ErasureGround, ExtensionReason, ErasureAsked):
        if code in enum.values:
            return enum(code).label
    return code
