"""In templates: ``{{ label|colon }} {{ value }}`` and ``{{ share|percent:2 }}``."""

from django import template

from portal.lib import typesetting

register = template.Library()
register.filter("percent", typesetting.percent)


@register.filter(is_safe=True)
@template.defaultfilters.stringfilter
def colon(what: str) -> str:
    """Return the words with the colon after them."""
    return typesetting.colon(what)
