"""SIGHUP reloads, SIGTERM drains (SPEC §8)."""

import signal
import time

import tokens
import wire
from client import Background
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hub import eventually


def key_pair():
    private = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(serialization.Encoding.PEM,
                                               serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


def test_a_reload_takes_new_keys_and_keeps_the_old_ones_where_the_file_is_bad(make_hub, tmp_path, user):
    path = tmp_path / "key.pem"
    (old, old_public), (new, new_public) = key_pair(), key_pair()
    path.write_bytes(old_public)
    hub = make_hub({"auth.keys": str(path), "auth.secret": None})

    def accepted(private):
        token = tokens.access(user, secret=private, algorithm="EdDSA")
        return hub.request("GET", "/api/v1/events/cursor", token=token).status == 200

    assert accepted(old) and not accepted(new)
    with hub.stream(tokens.access(user, secret=old, algorithm="EdDSA")) as stream:
        stream.hello()
        path.write_bytes(new_public)
        hub.signal(signal.SIGHUP)
        hub.wait_logged("keys_reloaded")
        assert accepted(new) and not accepted(old)
        path.write_text("not a key")
        hub.signal(signal.SIGHUP)
        hub.wait_logged("reload_failed")
        assert accepted(new)
        hub.publish({"type": "t", "data": 1, "users": [user]})
        assert stream.take(1)  # live streams are left alone


def test_a_reload_takes_new_limits(make_hub, tmp_path, user):
    config = tmp_path / "tidings.toml"
    config.write_text("[limits]\nstreams_per_user = 1\n")
    hub = make_hub(config=config)
    token = tokens.access(user)
    with hub.stream(token):
        assert hub.request("POST", "/api/v1/events/session", token=token).code == "stream_limit"
        config.write_text("[limits]\nstreams_per_user = 5\n")
        hub.signal(signal.SIGHUP)
        hub.wait_logged("limits_reloaded")
        assert hub.request("POST", "/api/v1/events/session", token=token).status == 201
        config.write_text("[limits]\nstreams_per_user = 'many'\n")
        hub.signal(signal.SIGHUP)
        hub.wait_logged("reload_failed")
        assert hub.request("POST", "/api/v1/events/session", token=token).status == 201


def test_draining_says_goodbye_over_its_time_and_ends_with_0(make_hub, user):
    hub = make_hub({"drain": "2s"})
    streams = [hub.stream(tokens.access(user)) for _ in range(20)]
    for stream in streams:
        stream.hello()
    (last,) = hub.publish({"type": "t", "data": 1, "users": [user]})
    started = time.monotonic()
    hub.signal(signal.SIGTERM)
    hub.wait_logged("draining")
    answer = eventually(lambda: _asks_for_a_stream(hub, user))
    assert (answer.status, answer.code) == (503, "draining")

    def end(stream):
        assert stream.take(1)[0].id == last
        bye = stream.until("bye", 20)
        return time.monotonic() - started, bye.json(), bye.id

    ends = [one.result() for one in [Background(end, stream) for stream in streams]]
    assert all(bye["reason"] == "draining" and bye["reconnect"] is True and cursor == last for _, bye, cursor in ends)
    assert len({bye["retry_ms"] for _, bye, _ in ends}) > 1, "the retry is not jittered"
    assert max(when for when, _, _ in ends) - min(when for when, _, _ in ends) > 0.3, "not spread over the time"
    assert hub.process.wait(15) == 0 and time.monotonic() - started < 12
    assert hub.logged("stopped")


def _asks_for_a_stream(hub, user):
    """The answer to a client that has not heard of the end; nothing where its connection was closed as an idle one."""
    path, fields = "/api/v1/events/stream", {"Authorization": f"Bearer {tokens.access(user)}"}
    try:
        with wire.Connection(hub.target) as late:
            late.send(wire.request("GET", path, headers=fields))
            return late.answer()
    except (ConnectionResetError, wire.Closed):
        return None


def test_while_draining_it_is_not_ready_but_alive(make_hub, user):
    hub = make_hub({"drain": "5s"})
    with hub.stream(tokens.access(user)) as stream, hub.client() as client:
        stream.hello()
        assert client.request("GET", "/healthz").status == 200
        hub.signal(signal.SIGTERM)
        hub.wait_logged("draining")
        try:
            assert hub.request("GET", "/readyz").status == 503
            assert hub.request("GET", "/healthz").status == 200
        except ConnectionError:
            pass  # listening may have ended already
        stream.until("bye", 20)
    assert hub.process.wait(15) == 0


def test_what_was_acknowledged_before_the_end_is_there_after_it(make_hub, user):
    hub = make_hub({"log.durability": "memory"})
    ids = []

    def publish():
        try:
            while True:
                ids.extend(hub.publish({"type": "t", "data": len(ids), "users": [user]}))
        except (OSError, AssertionError, wire.Closed):
            return

    publisher = Background(publish)
    eventually(lambda: len(ids) > 100, 30)
    hub.stop()
    publisher.result()
    hub.start()
    with hub.stream(tokens.access(user), since="earliest") as stream:
        stream.hello()
        assert [event.id for event in stream.take(len(ids))] == ids


def test_a_second_signal_ends_it_at_once(make_hub, user):
    hub = make_hub({"drain": "60s"})
    streams = [hub.stream(tokens.access(user)) for _ in range(10)]
    hub.signal(signal.SIGTERM)
    hub.wait_logged("draining")
    hub.signal(signal.SIGTERM)
    hub.process.wait(10)
    for stream in streams:
        stream.close()
    hub.process = None
