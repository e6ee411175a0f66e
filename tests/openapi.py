"""Holds the hub's answers against its own OpenAPI description."""

import re

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "post", "delete", "put", "patch")


class Description:
    """An OpenAPI 3.1 document that answers can be checked with."""

    def __init__(self, document):
        self.document = document
        self.registry = Registry().with_resource("urn:hub", Resource(document, DRAFT202012))
        self.paths = [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in document["paths"]]

    def resolve(self, node):
        """What a local reference stands for, and where it stands."""
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def validate(self, schema, value):
        """Fails the test where `value` is not what `schema` says."""
        absolute = _absolute(schema)
        errors = list(Draft202012Validator(absolute, registry=self.registry).iter_errors(value))
        assert not errors, f"{errors[0].message} at {errors[0].json_path} in {value}"

    def problem(self, answer):
        """Fails the test where an error is not a problem document of its own status."""
        assert answer.headers["content-type"] == "application/problem+json", answer
        problem = answer.json()
        assert set(problem) >= {"type", "title", "status", "detail", "code"}, problem
        assert problem["status"] == answer.status, problem
        assert re.fullmatch("[a-z0-9_]+", problem["code"])
        if answer.status == 401:
            assert re.match('Bearer.*error="', answer.headers["www-authenticate"]), answer
        return problem

    def check(self, method, path, answer):
        """Holds one answer against the operation that gave it."""
        if answer.status >= 400 and method != "HEAD":
            self.problem(answer)
        path = path.split("?")[0]
        item = next((self.document["paths"][known] for pattern, known in self.paths if pattern.match(path)), None)
        if item is None:
            assert answer.status in (400, 403, 404, 421) or path.startswith(("/dev/", "/demo")) or path == "/", path
            return
        operation = item.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            assert method == "OPTIONS" and answer.status == 204 or answer.status in (405, 403, 421, 404), (method, path)
            return
        responses = operation["responses"]
        response = responses.get(str(answer.status), responses.get(f"{answer.status // 100}XX", responses.get("default")))
        assert response is not None, f"{method} {path} does not say that it answers {answer.status}: {answer.body}"
        content = self.resolve(response).get("content", {})
        if answer.status == 204 or method == "HEAD":
            return
        kind = answer.headers.get("content-type", "").split(";")[0]
        assert kind in content, f"{method} {path} {answer.status} does not say that it answers {kind!r}"
        if kind in ("application/json", "application/problem+json") and "schema" in content[kind]:
            self.validate(content[kind]["schema"], answer.json())


def _absolute(node):
    if isinstance(node, dict):
        return {key: "urn:hub" + value if key == "$ref" and value.startswith("#") else _absolute(value)
                for key, value in node.items()}
    return [_absolute(item) for item in node] if isinstance(node, list) else node
