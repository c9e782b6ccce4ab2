"""In templates: ``{{ label|colon }} {{ value }}`` and ``{{ share|percent:2 }}``."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from portal.lib import typesetting

register = template.Library()
register.filter("percent", typesetting.percent)
register.filter("in_series", typesetting.in_series)


@register.filter(is_safe=True)
@template.defaultfilters.stringfilter
def colon(what: str) -> str:
    """Return the words with the colon after them."""
    return typesetting.colon(what)


@register.filter
def breakable(what: str) -> SafeString:
    """Let a long name (``PURPOSE_NOTICE_DAYS``, an address) break where its words end."""
    ends = re.sub(r"(?<=\w)([_@./])(?=\w)", "\\1<wbr>", conditional_escape(what))
    return mark_safe(ends)  # noqa: S308 - escaped above; only <wbr> is added
