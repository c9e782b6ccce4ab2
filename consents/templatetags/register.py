"""What the register of processing says on the pages of customers."""

from django import template

from consents.models import PurposeVersion
from consents.queries.register import Transfer, transfers_of

register = template.Library()


@register.simple_tag
def transfers(version: PurposeVersion) -> list[Transfer]:
    """Return the transfers of a purpose, with what covers each; no query where there is none."""
    return transfers_of(version)
