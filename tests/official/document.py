"""The API's OpenAPI document, as far as it is about managed auth."""

import functools
import os
from pathlib import Path
from typing import Any

import schemathesis
import yaml
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig

WHERE = os.environ.get("KERNEL_OPENAPI")
FOLLOW = "/auth/connections/{id}/events"
# The characters of Unicode's White_Space, as part of a regular expression: what `\s` is differs between engines.
BLANK = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
EXCHANGE = "/auth/connections/{id}/exchange"

# The document means addresses of websites. Without this, most of those that are made up are of no website.
schemathesis.openapi.format(
    "uri", st.from_regex(r"https?://[a-z]{1,9}\.example(:[1-9][0-9]{3})?(/[a-z0-9~._-]{0,9}){0,3}", fullmatch=True)
)


@functools.cache
def read() -> dict[str, Any]:
    """The document with the paths of managed auth only, held to what it means."""
    assert WHERE, "KERNEL_OPENAPI must be the path of the OpenAPI document"
    document = yaml.safe_load(Path(WHERE).read_text(encoding="utf-8"))
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith("/auth/connections")}
    document = _meant(document)
    _said_in_words(document["components"]["schemas"])
    # The key that signs every other request is no part of an exchange: the code is all it takes.
    document["paths"][EXCHANGE]["post"]["security"] = []
    _framed(document["paths"][FOLLOW]["get"]["responses"]["200"]["content"]["text/event-stream"])
    return document


def schema(seed: int, **config: Any) -> Any:
    """The document as schemathesis has it."""
    return schemathesis.openapi.from_dict(read(), config=SchemathesisConfig.from_dict({"seed": seed, **config}))


def _meant(node: Any) -> Any:
    if isinstance(node, list):
        return [_meant(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _meant(value) for name, value in node.items()}
    # Where the document leaves open what else an object may have, nothing else is meant: elsewhere it says so.
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    # It is of OpenAPI 3.1, but marks what may be null the way of OpenAPI 3.0.
    if node.pop("nullable", False) is not True:
        return node
    if "$ref" in node:
        return {"anyOf": [node, {"type": "null"}]}
    node["type"] = [node["type"], "null"]
    if "enum" in node:
        node["enum"] = [*node["enum"], None]
    return node


def _said_in_words(schemas: dict[str, Any]) -> None:
    """Puts rules into the schemas that the document gives in descriptions."""
    # "Use one of": a name, a provider and a path, a provider and `auto`.
    schemas["CredentialReference"]["oneOf"] = [
        {"required": ["name"], "maxProperties": 1},
        {"required": ["provider", "path"], "maxProperties": 2},
        {"required": ["provider", "auto"], "maxProperties": 2},
    ]
    # "Set to empty string to clear": no URI, as its format would have it.
    update = schemas["ManagedAuthUpdateRequest"]["properties"]
    update["login_url"] = {"anyOf": [update["login_url"], {"const": ""}]}
    # A name that is blank names nothing. The document does not say what it would be; the simulator refuses it.
    create = schemas["ManagedAuthCreateRequest"]["properties"]
    credential = schemas["CredentialReference"]["properties"]
    for name in (create["domain"], create["profile_name"], *(credential[key] for key in ("name", "provider", "path"))):
        name["pattern"] = f"[^{BLANK}]"


def _framed(stream: dict[str, Any]) -> None:
    """Gives the stream the schema of its frames: the document's is that of the data in them."""
    stream["schema"] = {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"enum": ["managed_auth_state", "error", "sse_heartbeat"]},
            "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": stream["schema"]},
        },
    }
