"""Handing a file out by a link that works once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.reauthentication import is_resumed


def to_the_file(request: HttpRequest, link: str, back: str, *, first: str) -> HttpResponse:
    """Lead to the zip at ``link``; ``back`` is the path of the page it was asked for on.

    ``first`` is the name of the file in it that is read first.

    Straight there as long as the browser shows that page, for it stays on it while the file is
    saved. After a proof of who asks it would stay on the page of the proof: then a page of its own
    says that the download begins, begins it without JavaScript, and leads back.
    """
    if not is_resumed(request):
        return redirect(link)
    answer = render(request, "download_begins.html", {"link": link, "back": back, "first": first})
    answer["Cache-Control"] = "no-store"
    answer["Refresh"] = f"1; url={link}"  # the page stays: what comes is saved
    return answer
