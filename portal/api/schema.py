"""How the OpenAPI description words what Django REST framework does not know."""

from typing import Any

from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from portal.api.authentication import SCOPES


class MachineAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth2 client credentials, and the scopes there are."""

    target_class = "portal.api.authentication.MachineAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the OpenAPI security scheme."""
        flow = {"tokenUrl": reverse("oauth-token"), "scopes": dict.fromkeys(SCOPES, "")}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Return the scope that the view asks for."""
        wanted = [
            scope
            for permission in auto_schema.view.get_permissions()
            if isinstance(scope := getattr(permission, "scope", None), str)
        ]
        return {self.name: wanted}
