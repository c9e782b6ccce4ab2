"""Who there is: eight customers and one who left, two of staff, three organisations, a machine."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import make_password
from django.utils.crypto import get_random_string

from accounts.actions import claim_address, join
from accounts.models import Organisation, User
from accounts.roles import Role
from portal.api.authentication import SCOPES
from portal.demo.sample.clock import Clock, it_is, uid

PASSWORD = "lilas-bleus-au-balcon"  # noqa: S105 - the demo says it aloud
CLIENT_ID = "signaro-platform"


@dataclass(frozen=True)
class Sketch:
    """One person. The first address is for sign-in, all are verified. ``joined``: days ago."""

    key: str
    name: str
    addresses: tuple[str, ...]
    language: str
    country: str
    joined: int
    role: str = Role.CUSTOMER
    time_zone: str = ""


PEOPLE = (
    # The main customer has chosen no language: the browser's holds.
    Sketch("camille", "Camille Moreau",
           ("camille.moreau@courriel.example", "camille@atelier-moreau.example"), "", "FR", 2310),
    Sketch("yanis", "Yanis Benali",
           ("yanis.benali@courriel.example", "yanis@benali-menuiserie.example"), "fr", "FR", 910),
    Sketch("hugo", "Hugo Marchand", ("hugo.marchand@courriel.example",), "fr", "FR", 1480),
    Sketch("thomas", "Thomas Berger",
           ("thomas.berger@kurier.example", "berger@galerie-nordlicht.example"), "en", "DE", 1120,
           time_zone="Europe/Berlin"),
    Sketch("emily", "Emily Carter",
           ("emily.carter@mail.example", "emily@carter-byrne.example"), "en", "IE", 860,
           time_zone="Europe/Dublin"),
    Sketch("claire", "Claire Lefort",
           ("claire.lefort@agence-lilas.example", "contact@agence-lilas.example"), "fr", "FR",
           1650),
    Sketch("martin", "Martin Dupuis",
           ("martin.dupuis@dupuis-associes.example",), "fr", "FR", 2050),
    Sketch("nadia", "Nadia Ferrand",
           ("nadia.ferrand@dupuis-associes.example", "nadia.ferrand@courriel.example"), "fr", "FR",
           1390),
    # Asked to be erased, and was: of her only what the law keeps is left.
    Sketch("lucie", "Lucie Fabre", ("lucie.fabre@courriel.example",), "fr", "FR", 1290),
    Sketch("sofia", "Sofia Lindqvist", ("sofia.lindqvist@signaro.example",), "fr", "FR", 720,
           role=Role.SUPPORT),
    Sketch("helene", "Hélène Garnier", ("dpo@signaro.example",), "fr", "FR", 2400, role=Role.DPO),
    Sketch("ines", "Inès Rousseau", ("ines.rousseau@signaro.example",), "fr", "FR", 640,
           role=Role.DPO),
)  # fmt: skip

# What each is to whoever tries the demo. Two roles may be one person's.
ROLES = {
    "customer": "camille",
    "second_customer": "yanis",
    "co_signer": "hugo",
    "member": "nadia",
    "organisation_admin": "martin",
    "agency_admin": "claire",
    "english_customer": "emily",
    "german_customer": "thomas",
    "support": "sofia",
    "dpo": "helene",
    "dpo_deputy": "ines",
}

AGENCY, CABINET, STUDIO = "agence-lilas", "cabinet-dupuis", "carter-byrne"
# key → name, reference at the signing service, members; the first member is the admin
ORGANISATIONS = {
    AGENCY: ("Agence des Lilas", "docusign:9d2c7c7e-2f0a-4a4a-9c37-7d1c1d3f8a20", ("claire",)),
    CABINET: ("Cabinet Dupuis & Associés", "docusign:4be8f0c2-6f0d-4d53-9a9e-2f1f7a6f0b77",
              ("martin", "nadia")),
    STUDIO: ("Carter & Byrne Ltd", "docusign:0d6a4b1e-51c5-4f0e-8a3f-6a0f3c1b9e42", ("emily",)),
}  # fmt: skip


@dataclass
class Cast:
    """The rows of those named above, by key."""

    people: dict[str, User]
    organisations: dict[str, Organisation]


def arrive(clock: Clock) -> Cast:
    """Make people with their verified addresses, organisations, second factors and the machine."""
    hashed = make_password(PASSWORD)  # once: it is slow on purpose
    people = {sketch.key: _person(sketch, clock.ago(sketch.joined), hashed) for sketch in PEOPLE}
    organisations = {}
    for key, (name, reference, members) in ORGANISATIONS.items():
        organisation = Organisation.objects.create(uid=uid(key), name=name, reference=reference)
        organisations[key] = organisation
        for number, member in enumerate(members):
            with it_is(people[member].date_joined):
                join(organisation, person=people[member], is_admin=number == 0)
    for user in people.values():
        if user.is_staff:
            TOTP.activate(user, generate_totp_secret())
    _machine()
    return Cast(people, organisations)


def _person(sketch: Sketch, joined: datetime, hashed: str) -> User:
    user = User.objects.create(
        uid=uid(sketch.key), email=sketch.addresses[0], name=sketch.name, role=sketch.role,
        language=sketch.language, country=sketch.country, time_zone=sketch.time_zone,
        date_joined=joined, password=hashed,
    )  # fmt: skip
    for email in sketch.addresses:
        EmailAddress.objects.create(
            user=user, email=email, verified=True, primary=email == user.email
        )
        with it_is(joined):
            claim_address(email, person=user)
    return user


def _machine() -> None:
    """Make the client by which the signing platform speaks to the API; see ``new_secret``."""
    client = Client(id=CLIENT_ID, name="Signaro Sign", type=Client.Type.CONFIDENTIAL)
    client.secret = make_password(None)  # opens no door: handover.py makes the one in use
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_scopes(list(SCOPES))
    client.set_default_scopes(list(SCOPES))
    client.save()


def new_secret() -> str:
    """Give the machine a new secret, the old one ends, and return it."""
    client = Client.objects.get(pk=CLIENT_ID)
    secret = get_random_string(40)
    client.set_secret(secret)
    client.save(update_fields=["secret"])
    return secret


def totp_secret(user: User) -> str:
    """Return the secret of the person's one-time codes, "" if they have none."""
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return str(decrypt(factor.data["secret"])) if factor else ""


def is_secret(secret: str) -> bool:
    """Return whether it is the machine's present secret."""
    client = Client.objects.filter(pk=CLIENT_ID).first()
    return client is not None and client.check_secret(secret)


def are_here() -> bool:
    """Return whether the sample's people have been made."""
    return User.objects.filter(uid=uid(PEOPLE[0].key)).exists()
