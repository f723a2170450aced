"""Both APIs as one ASGI application. Must not know the parts below the service."""

from __future__ import annotations

from typing import Any

import falcon.asgi

from statemachine.api import error_handlers
from statemachine.api.aws import AwsApi
from statemachine.api.host_header import ServedHosts
from statemachine.api.origin_header import SameOriginOnly
from statemachine.api.rest import JOB_ROUTES, PREFIX, ROUTES
from statemachine.api.rest.query import KnownParametersOnly
from statemachine.config import Settings
from statemachine.config.addresses import is_loopback
from statemachine.service.actions import Actions


def build_api(actions: Actions, settings: Settings) -> falcon.asgi.App[Any, Any]:
    """Both APIs on one port. A slash at the end of a path makes no difference."""
    middleware: list[Any] = [SameOriginOnly(), KnownParametersOnly()]
    if is_loopback(settings.host) or settings.host_names:
        middleware.insert(0, ServedHosts(settings.host_names))
    api = falcon.asgi.App(middleware=middleware)
    api.req_options.strip_url_path_trailing_slash = True
    error_handlers.install(api)
    add_resource(api, "/", AwsApi(actions, settings))
    for route, resource in ROUTES.items():
        add_resource(api, PREFIX + route.rstrip("/"), resource(actions, settings))
    for route, resource in JOB_ROUTES.items():
        add_resource(api, route, resource(actions, settings))
    return api


def add_resource(application: falcon.asgi.App[Any, Any], route: str, resource: Any) -> None:
    """Serve a resource. HEAD is answered as GET, and the framework leaves the body out."""
    if hasattr(resource, "on_get"):
        resource.on_head = resource.on_get
    application.add_route(route, resource)
