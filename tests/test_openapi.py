"""The description at /openapi.json is a valid one, and says all that SPEC §1 promises."""

from openapi_spec_validator import OpenAPIV31SpecValidator

OPERATIONS = {
    "/api/v1/auth/sse-token": {"post"}, "/api/v1/events/session": {"post"}, "/api/v1/events/stream": {"get"},
    "/api/v1/events": {"post"}, "/api/v1/events/cursor": {"get"}, "/api/v1/connections": {"get", "delete"},
    "/api/v1/connections/{connection_id}": {"delete"}, "/api/v1/connections/{connection_id}/token": {"post"},
    "/api/v1/presence": {"get"}, "/healthz": {"get"}, "/readyz": {"get"}, "/metrics": {"get"},
    "/openapi.json": {"get"},
}


def test_the_description_is_valid_openapi_3_1(hub):
    OpenAPIV31SpecValidator(hub.description.document).validate()
    assert hub.description.document["openapi"].startswith("3.1")


def test_the_description_names_every_operation(hub):
    paths = hub.description.document["paths"]
    for path, methods in OPERATIONS.items():
        known = next(name for name in paths if _shape(name) == _shape(path))
        assert methods <= set(paths[known]), path


def _shape(path):
    return ["{}" if part.startswith("{") else part for part in path.split("/")]
