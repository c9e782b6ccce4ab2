"""What the signing service wrote today to signers who have no account: their document, their link.

In production these mails are the service's own; it asks the API for the link. Here they stand in
the demo's mailbox, so that one can follow the link and ask for a code.
"""

from datetime import timedelta

from consents.actions import links
from consents.links import url_of
from portal.demo.sample.world import World
from portal.lib import mail

# Address, the document's title begins so, language.
SIGNED = (
    ("ines.caron@courriel.example", "Bail meublé, 112 boulevard Voltaire", "fr"),
    ("legal@northquay-gallery.example", "Engagement letter – North Quay", "en"),
)


def write_to(world: World) -> None:
    """Write the mails; the worker sends them when the demo starts."""
    for email, title, language in SIGNED:
        document = world.document(title)
        link = links.give_link(
            document, email=email, lasting=timedelta(days=365), language=language
        )
        mail.send(
            "demo/signed",
            to=email,
            language=language,
            key=f"demo-signed:{link.uid}",
            context={"title": document.title, "url": url_of(link)},
        )
