"""Where data may go without a transfer tool: the EEA, and what the Commission found adequate."""

# The European Economic Area: a country outside of it is a third country (ch. V GDPR).
EEA_CODES = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
EEA = frozenset(EEA_CODES.split())
# Countries whose protection the Commission found adequate for every recipient (art. 45): without
# those where it depends on who receives, such as the United States.
ADEQUATE_CODES = "AD AR CA CH FO GB GG IL IM JE JP KR NZ UY"
ADEQUATE = frozenset(ADEQUATE_CODES.split())


def is_third(country: str) -> bool:
    """Return whether what goes to this country (ISO 3166, two letters) is a transfer."""
    return bool(country) and country not in EEA
