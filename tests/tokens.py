"""Access tokens as an application would sign them, and the secrets that the tests configure."""

import time

import jwt

SECRET = "an application's shared secret, 32+ bytes"
PUBLISHER_KEY = "a-backend-publisher-key-of-32-characters-or-more"


def access(user="alice", *, subscribe=None, publish=None, admin=False, expires_in=3600, secret=SECRET,
           algorithm="HS256", headers=None, claim="tidings", **claims):
    """A token for `user`; `claims` replace or add to the usual ones, and a claim that is None is left out."""
    now = int(time.time())
    permissions = {}
    if subscribe is not None:
        permissions["subscribe"] = subscribe
    if publish is not None:
        permissions["publish"] = publish
    if admin:
        permissions["admin"] = True
    payload = {"sub": user, "iat": now, "exp": now + expires_in, **claims}
    if permissions:
        payload[claim] = permissions
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, secret, algorithm=algorithm, headers=headers)


def publisher():
    """A token that may publish to anyone."""
    return access("backend", publish=["**"])


def admin():
    """A token for operators."""
    return access("operator", admin=True)
