"""What people chose over the months, through the same actions as on the pages."""

from datetime import datetime
from functools import partial

from accounts.actions import address_for
from accounts.models import Organisation, User
from consents.actions import choices
from consents.models import ContractClause, Document
from consents.models.ledger import Source
from consents.models.purposes import Control
from portal.demo.sample.clock import PARIS
from portal.demo.sample.people import CABINET, STUDIO
from portal.demo.sample.world import Moment, World
from portal.lib.canonical import sha256_of

TRAINING, STATISTICS, FEATURES, MAIL = "ai-training", "analytics", "ai-features", "marketing"
ACCEPTED = datetime(2025, 2, 4, 11, 17, tzinfo=PARIS)

CLAUSE_BEFORE = {
    "en": "9.2 Data. The Provider processes the documents of the Customer in order to provide the "
    "Service. It does not use their content for any other purpose.",
    "fr": "9.2 Données. Le Prestataire traite les documents du Client afin de fournir le Service. "
    "Il n’utilise pas leur contenu à d’autres fins.",
}
CLAUSE = {
    "en": "9.2 Data. The Provider processes the documents of the Customer in order to provide the "
    "Service. The Customer agrees, for itself and its users, that their anonymised content is used "
    "to train artificial intelligence models of the Provider and of its partners.",
    "fr": "9.2 Données. Le Prestataire traite les documents du Client afin de fournir le Service. "
    "Le Client accepte, pour lui-même et pour ses utilisateurs, que leur contenu anonymisé serve à "
    "entraîner des modèles d’intelligence artificielle du Prestataire et de ses partenaires.",
}


def moments(world: World) -> list[Moment]:
    """Return every choice of the sample, in no order."""
    found = [
        *_of_camille(world),
        *_of_the_others(world),
        Moment(world.clock.ago(31, "16:48"), partial(_by_support, world)),
        Moment(world.clock.ago(219, "10:20"), partial(_by_signal, world)),
    ]
    if _is_a_choice(world, TRAINING):
        found += _of_organisations(world)
        found.append(Moment(world.clock.ago(75, "19:31"), partial(_by_link, world)))
    if world.purposes[TRAINING].control == Control.CONSENT:
        found.append(Moment(ACCEPTED, partial(_by_contract, world)))
    return found


def _of_camille(world: World) -> list[Moment]:
    """Allowed training once, refused it after the new wording; that is what her home page says."""
    camille, ago = world.person("camille"), world.clock.ago
    rivages = world.document("Accord de confidentialité – projet Rivages")
    minutes = world.document("Procès-verbal d’assemblée générale")
    return [
        _yes(world, TRAINING, camille, ago(455, "21:08")),
        _yes(world, MAIL, camille, ago(450, "08:55")),
        _no(world, MAIL, camille, ago(301, "07:40")),
        _no(world, TRAINING, camille, ago(204, "14:02")),
        _no(world, STATISTICS, camille, ago(120, "22:16"), minutes),
        _no(world, FEATURES, camille, ago(90, "18:03"), rivages),
    ]


def _of_the_others(world: World) -> list[Moment]:
    hugo, thomas, yanis, emily = map(world.person, ("hugo", "thomas", "yanis", "emily"))
    claire, martin, nadia = map(world.person, ("claire", "martin", "nadia"))
    lisieres, contract = map(
        world.document, ("Convention de coproduction", "Contrat de travail – c")
    )
    leipzig, ago = world.document("Exhibition agreement"), world.clock.ago
    vasseur = world.document("Accord de confidentialité – gamme Vasseur")
    return [
        _yes(world, TRAINING, hugo, ago(448, "12:20")),
        _no(world, TRAINING, hugo, ago(250, "23:01"), lisieres),
        _no(world, TRAINING, hugo, ago(250, "23:03"), leipzig),
        _no(world, TRAINING, hugo, ago(130, "08:31"), within=world.cast.organisations[CABINET]),
        _yes(world, MAIL, hugo, ago(447, "12:25")),
        _yes(world, TRAINING, thomas, ago(445, "17:45")),
        _yes(world, MAIL, thomas, ago(444, "17:46")),
        _no(world, TRAINING, thomas, ago(280, "09:12")),
        _no(world, STATISTICS, thomas, ago(190, "09:14")),
        _yes(world, STATISTICS, thomas, ago(97, "20:30")),
        _no(world, FEATURES, yanis, ago(64, "13:27"), vasseur),
        _yes(world, MAIL, yanis, ago(380, "12:02")),
        _no(world, TRAINING, emily, ago(220, "10:05")),
        _no(world, STATISTICS, emily, ago(220, "10:06")),
        _no(world, FEATURES, emily, ago(220, "10:07")),
        _no(world, STATISTICS, martin, ago(83, "18:44")),
        _yes(world, MAIL, claire, ago(395, "09:03")),
        _yes(world, MAIL, martin, ago(402, "14:09")),
        _no(world, FEATURES, nadia, ago(52, "21:12"), contract),
    ]


def _of_organisations(world: World) -> list[Moment]:
    emily, firm = world.person("emily"), world.cast.organisations[STUDIO]
    refuse = partial(
        choices.refuse_for_organisation, world.purposes[TRAINING],
        organisation=firm, by=emily, language="en",
    )  # fmt: skip
    return [Moment(world.clock.ago(219, "10:11"), refuse)]


def _by_link(world: World) -> None:
    """A signer without an account refused by the link to the document."""
    choices.refuse(
        world.purposes[TRAINING],
        address=address_for("paul.girard@courriel.example"),
        document=world.document("Protocole d’accord"),
        by=None, source=Source.LINK, language="fr",
    )  # fmt: skip


def _by_support(world: World) -> None:
    """Yanis rang up, and support switched off for him: it may do that, and never the other way."""
    choices.refuse(
        world.purposes[MAIL], person=world.person("yanis"), by=world.person("sofia"),
        source=Source.STAFF, language="fr",
    )  # fmt: skip


def _by_signal(world: World) -> None:
    """Emily's browser says Global Privacy Control: it covers marketing, not AI training."""
    choices.refuse(
        world.purposes[MAIL], person=world.person("emily"), by=None, source=Source.GPC,
        language="en",
    )  # fmt: skip


def _by_contract(world: World) -> None:
    """As in the news: a clause that an organisation accepted for everybody, one day in February."""
    cabinet, martin = world.cast.organisations[CABINET], world.person("martin")
    signed = {"organisation": cabinet, "contract": "Conditions générales Signaro Entreprise",
              "number": "9.2", "accepted_by": martin}  # fmt: skip
    before = ContractClause.objects.create(
        version="2023-04", texts=CLAUSE_BEFORE, sha256=sha256_of(CLAUSE_BEFORE),
        accepted_at=datetime(2023, 4, 12, 15, 40, tzinfo=PARIS), **signed,
    )  # fmt: skip
    clause = ContractClause.objects.create(
        version="2025-02", texts=CLAUSE, sha256=sha256_of(CLAUSE), accepted_at=ACCEPTED,
        previous=before, **signed,
    )  # fmt: skip
    choices.agree_by_contract(world.purposes[TRAINING], clause=clause)


def _yes(world: World, slug: str, person: User, at: datetime) -> Moment:
    allow = partial(
        choices.allow, world.purposes[slug], person=person, by=person, language=_tongue(person)
    )
    return Moment(at, allow if _is_a_choice(world, slug) else _nothing)


def _no(
    world: World,
    slug: str,
    person: User,
    at: datetime,
    document: Document | None = None,
    *,
    within: Organisation | None = None,
) -> Moment:
    refuse = partial(
        choices.refuse, world.purposes[slug], person=person, by=person, document=document,
        within=within, language=_tongue(person),
    )  # fmt: skip
    return Moment(at, refuse if _is_a_choice(world, slug) else _nothing)


def _tongue(person: User) -> str:
    return person.language or "fr"


def _is_a_choice(world: World, slug: str) -> bool:
    """Whether there is a choice: not where the demo was started with training "not used"."""
    return world.purposes[slug].has_control


def _nothing() -> None:
    """Nothing happens."""
