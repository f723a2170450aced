"""The REST API of a running server over HTTP. A problem becomes a Refusal with one line of text.

Must not know a command of the CLI.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import click
import urllib3

from statemachine.cli.refusals import Refusal
from statemachine.json_text import JsonError, dump, parse, parse_bytes

PREFIX = "/api/v1"
PAGE = 1000
TIMEOUT = urllib3.Timeout(connect=5.0, read=90.0)
"""Longer than a poll for a task of an activity is held (poll_seconds)."""

JsonObject = dict[str, Any]

json_option = click.option("--json", "as_json", is_flag=True, help="JSON, one value a line, and nothing else.")


class ServerUnavailable(Refusal):
    """The server does not respond, or responds with HTTP status 503. It may respond later."""


class Problem(Refusal):
    """An error response of the server: `status` is the HTTP status and `title` the name of the error."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.title = title


class ServerClient:
    """Sends requests to one server."""

    def __init__(self, url: str) -> None:
        if not _is_http(url):
            raise Refusal(f"--server {url}: not a URL such as http://127.0.0.1:8083")
        self.url = url.rstrip("/").removesuffix(PREFIX)
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def get(self, *path: str, **query: Any) -> JsonObject:
        """The response to GET, for a path below /api/v1. Raises Refusal.

        A query parameter that is None is left out, and one that is a tuple is repeated.
        """
        fields = [
            (name, str(value))
            for name, values in query.items()
            for value in (values if isinstance(values, tuple) else (values,))
            if value is not None
        ]
        return self._ask("GET", path, fields=fields)

    def post(self, *path: str, body: dict[str, Any]) -> JsonObject:
        """The response to POST with a JSON object as the body, {} if it is empty. Raises Refusal."""
        return self._ask("POST", path, body=dump(body).encode(), headers={"Content-Type": "application/json"})

    def patch(self, *path: str, body: dict[str, Any]) -> JsonObject:
        """The response to PATCH with a JSON object as the body. Raises Refusal."""
        return self._ask("PATCH", path, body=dump(body).encode(), headers={"Content-Type": "application/json"})

    def delete(self, *path: str) -> None:
        """Ask for DELETE. Raises Refusal."""
        self._ask("DELETE", path)

    def definition_of(self, described: JsonObject) -> JsonObject | None:
        """The definition that an execution runs; `described` is the execution. None if the server does not have it.

        Raises Refusal. Only the AWS API has the definition of an execution.
        """
        body = dump({"executionArn": described["executionArn"]}).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "AWSStepFunctions.DescribeStateMachineForExecution",
        }
        try:
            answer = self._request("POST", f"{self.url}/", body=body, headers=headers)
            found = parse(answer["definition"])
        except (Problem, KeyError, JsonError):
            return None
        return found if isinstance(found, dict) else None

    def pages(self, *path: str, limit: int = PAGE, **query: Any) -> Iterator[JsonObject]:
        """The pages of a list. The next page is asked for when it is needed. Raises Refusal."""
        cursor = None
        while True:
            page = self.get(*path, limit=limit, cursor=cursor, **query)
            yield page
            cursor, limit = page.get("cursor"), PAGE
            if cursor is None:
                return

    def _ask(self, method: str, path: tuple[str, ...], **request: Any) -> JsonObject:
        return self._request(method, f"{self.url}{PREFIX}/{'/'.join(quote(part, safe='') for part in path)}", **request)

    def _request(self, method: str, target: str, **request: Any) -> JsonObject:
        try:
            response = self._pool.request(method, target, **request)
        except urllib3.exceptions.SSLError as error:
            reason = getattr(error.args[0], "reason", None) or "no TLS connection"
            plain = self.url.replace("https:", "http:", 1)
            raise Refusal(f"{self.url}: {reason}; a statemachine server speaks plain HTTP: --server {plain}") from None
        except urllib3.exceptions.HTTPError as error:
            advice = "start it with `statemachine serve`, or name another one with --server URL"
            raise ServerUnavailable(f"{self.url} cannot be reached: {_reason(error)}; {advice}") from None
        try:
            document = parse_bytes(response.data) if response.data else None
        except JsonError:
            document = None
        if response.status >= 400:
            raise _refusal(self.url, response.status, document if isinstance(document, dict) else {})
        if response.status == 204:
            return {}
        if not isinstance(document, dict):
            raise Refusal(f"{self.url} is not a statemachine server: its response to {target} is not a JSON object")
        return document


def _is_http(url: str) -> bool:
    try:
        parsed = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def _refusal(url: str, status: int, problem: dict[str, Any]) -> Refusal:
    if not problem:
        return Refusal(f"{url} responds with HTTP status {status} and no reason; is it a statemachine server?")
    title = str(problem.get("title", f"HTTP status {status}"))
    detail = " ".join(str(problem.get("detail") or problem.get("message") or "").split())
    return ServerUnavailable(f"{title}: {detail}") if status == 503 else Problem(status, title, detail)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    """The message of the operating system, without urllib3's words around it."""
    cause = error.__cause__ or error
    return getattr(cause, "strerror", None) or str(cause).rpartition(": ")[2] or type(cause).__name__
