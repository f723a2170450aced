"""The description of the REST API: the OpenAPI document, the JSON Schemas it refers to, and a page that shows them.

All three are files. Must not know their content.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import falcon
from falcon.asgi import Request, Response

from statemachine.api.rest.resource import RestResource
from statemachine.errors import ServiceError
from statemachine.schema_files import schema_folder

PAGE = Path(__file__).parent / "page.html"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'"
)
"""The page may send requests to this server only."""


class DocumentationPage(RestResource):
    """/"""

    async def on_get(self, request: Request, response: Response) -> None:
        path = request.scope["path"]
        if not path.endswith("/"):  # or else its relative links would lead elsewhere
            raise falcon.HTTPPermanentRedirect(path + "/")
        response.content_type = falcon.MEDIA_HTML
        response.set_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.text = _text(PAGE)


class OpenApiDocument(RestResource):
    """/openapi.json"""

    async def on_get(self, request: Request, response: Response) -> None:
        response.text = _text(schema_folder() / "openapi.json")


class JsonSchemaFile(RestResource):
    """/{schema}.schema.json"""

    async def on_get(self, request: Request, response: Response, schema: str) -> None:
        response.content_type = "application/schema+json"
        wanted = f"{schema}.schema.json"
        # Looked up in the list, so that no name leads out of the folder.
        if wanted not in {path.name for path in schema_folder().glob("*.schema.json")}:
            raise ServiceError("SchemaDoesNotExist", f"There is no schema '{schema}'")
        response.text = _text(schema_folder() / wanted)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
