"""The three roles, and the one place that says who may enter where."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request of a known person: LoginRequiredMiddleware let it through."""

    user: "User"


P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


class Role(models.TextChoices):
    """What a person is to the portal."""

    CUSTOMER = "customer", _("customer")
    SUPPORT = "support", _("support")
    DPO = "dpo", _("data protection officer")


def _only(flag: str) -> Callable[[View[P]], View[P]]:
    """Let in the signed-in person for whom ``flag`` holds; to others the page does not exist."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: SignedInRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not getattr(request.user, flag, False):
                raise Http404
            return view(request, *args, **kwargs)

        return cast(View[P], guarded)

    return decorate


support_required: Callable[[View[P]], View[P]] = _only("is_support")
dpo_required: Callable[[View[P]], View[P]] = _only("is_dpo")
