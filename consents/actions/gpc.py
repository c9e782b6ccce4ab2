"""A browser's Global Privacy Control, taken as its person's refusal (GDPR art. 21(5); CCPA §7025).

It is about data that are sold, shared or used for advertising. Whether a document may train AI has
a switch of its own, which the signal never touches: the specification says that it is not meant for
what a service does with its own data.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consents.actions import choices
from consents.models import ChoiceEvent, Purpose, PurposeVersion
from consents.models.ledger import Source
from consents.models.purposes import Control


@transaction.atomic
def heed(person: User, *, language: str) -> list[ChoiceEvent]:
    """Record the signal as the person's refusal of every purpose that honours it.

    An earlier permission yields to it; what is refused already stays as it is, without a new act.
    That the signal is gone later is no permission: nothing is done then.
    """
    in_force = PurposeVersion.objects.in_force(timezone.now()).values("purpose_id")
    honouring = Purpose.objects.filter(
        honours_gpc=True,
        is_ai_training=False,
        control__in=(Control.CONSENT, Control.OBJECTION),
        pk__in=in_force,
    )
    return [
        choices.refuse(purpose, person=person, by=None, source=Source.GPC, language=language)
        for purpose in honouring
    ]
