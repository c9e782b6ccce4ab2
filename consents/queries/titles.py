"""What purposes are called, many in one query."""

from collections.abc import Iterable

from consents.models import PurposeVersion


def titles_of(slugs: Iterable[str]) -> dict[str, str]:
    """Return the titles of purposes as last published, in the active language, by slug.

    What has no version, or is no purpose, is left out.
    """
    known = PurposeVersion.objects.standing().filter(purpose__slug__in=set(slugs))
    newest = known.order_by("purpose_id", "-number").distinct("purpose_id")
    return {one.purpose.slug: one.text().title for one in newest.select_related("purpose")}


def title_of(slug: str) -> str:
    """Return the title of one purpose as last published, or its slug."""
    return titles_of([slug]).get(slug, slug)
