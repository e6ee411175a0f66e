"""Settings: one name in file, environment and flags; what is wrong is named, with status 2 (SPEC §8)."""

import json
import subprocess

import pytest
import tokens
from hub import BINARY, environment, eventually

SECRET = ["--auth.secret", tokens.SECRET]


def run(*arguments, env=None, folder=None):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30, env=environment(env),
                          cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_version():
    status, said = run("--version")
    assert status == 0 and "0.1.0" in said


@pytest.mark.parametrize("arguments, named", [
    (["--log.durability=sometimes"], ["log.durability", "sometimes", "fsync"]),
    (["--log.retention_age", "soon"], ["log.retention_age", "soon"]),
    (["--log.retention_bytes=1KB"], ["log.retention_bytes", "1KB"]),
    (["--shards=0"], ["shards", "0"]), (["--shards=two"], ["shards", "two"]),
    (["--dev=perhaps"], ["dev", "perhaps"]),
    (["--listen=nowhere"], ["listen", "nowhere"]), (["--listen=127.0.0.1:99999"], ["listen"]),
    (["--cors.origins=*"], ["cors.origins"]), (["--cors.origins=app.example.com"], ["cors.origins"]),
    (["--cors.origins=https://a.example.com/"], ["cors.origins"]),
    (["--auth.algorithm=none"], ["auth.algorithm", "none"]),
    (["--proxy.trusted=everyone"], ["proxy.trusted", "everyone"]),
    (["--unknown.setting=1"], ["unknown.setting"]),
    (["--log.level=loud"], ["log.level", "loud"]), (["--store=sqlite"], ["store", "sqlite"]),
    (["--dev=true", "--listen=0.0.0.0:0"], ["listen"]),
])
def test_a_bad_setting_ends_with_status_2_and_is_named(arguments, named):
    for command in ("check-config", "serve"):
        status, said = run(command, *SECRET, *arguments)
        assert status == 2, said
        for word in named:
            assert word in said, said


@pytest.mark.parametrize("arguments", [["--auth.secret=too-short"], ["--publish.key=too-short-to-be-a-key"],
                                       ["--sse_token.secret=too-short"]])
def test_a_secret_that_is_too_short_is_refused_and_not_shown(arguments):
    status, said = run("check-config", *SECRET[: 0 if "auth" in arguments[0] else 2], *arguments)
    name, value = arguments[0].removeprefix("--").split("=")
    assert status == 2 and name in said and value not in said and "***" in said


def test_without_any_key_the_hub_refuses_to_start(tmp_path):
    status, said = run("serve", "--data_dir", str(tmp_path / "data"), "--listen=127.0.0.1:0")
    assert status == 2 and "auth.secret" in said and not (tmp_path / "data").exists()


def test_unknown_names_in_the_environment_and_the_file_are_named(tmp_path):
    status, said = run("check-config", *SECRET, env={"TIDINGS_LOG_DURABLITY": "fsync"})
    assert status == 2 and "TIDINGS_LOG_DURABLITY" in said
    (tmp_path / "bad.toml").write_text("[log]\ndurablity = 'fsync'\n")
    status, said = run("check-config", *SECRET, "--config", str(tmp_path / "bad.toml"))
    assert status == 2 and "log.durablity" in said and "bad.toml" in said
    (tmp_path / "broken.toml").write_text("[log\n")
    status, said = run("check-config", *SECRET, "--config", str(tmp_path / "broken.toml"))
    assert status == 2 and "broken.toml" in said
    status, said = run("check-config", *SECRET, "--config", str(tmp_path / "absent.toml"))
    assert status == 2 and "absent.toml" in said


def test_flags_win_over_the_environment_and_that_over_the_file(make_hub, tmp_path, user):
    (tmp_path / "tidings.toml").write_text(f"""
[auth]
secret = "{tokens.SECRET}"
[stream]
heartbeat = "1s"
retry = "111ms"
write_timeout = "7s"
[cors]
origins = ["https://file.example.com"]
""")
    hub = make_hub({"auth.secret": None, "stream.heartbeat": "3s", "cors.origins": "https://flag.example.com"},
                   env={"TIDINGS_STREAM_HEARTBEAT": "2s", "TIDINGS_STREAM_RETRY": "222ms",
                        "TIDINGS_CORS_ORIGINS": "https://environment.example.com"}, config=tmp_path / "tidings.toml")
    with hub.stream(tokens.access(user)) as stream:
        _, hello = stream.hello()
        assert (hello["heartbeat_ms"], hello["retry_ms"]) == (3000, 222)
    for origin in ("file", "environment", "flag"):  # repeatable ones add
        answer = hub.request("GET", "/healthz", headers={"Origin": f"https://{origin}.example.com"})
        assert answer.headers["access-control-allow-origin"] == f"https://{origin}.example.com"


def test_the_effective_configuration_is_shown_without_secrets(tmp_path):
    (tmp_path / "secret").write_text(tokens.SECRET + "\n")
    status, said = run("check-config", "--auth.secret_file", str(tmp_path / "secret"), "--publish.key",
                       tokens.PUBLISHER_KEY, "--log.retention_age=2h")
    assert status == 0 and "***" in said and "2h" in said
    assert tokens.SECRET not in said and tokens.PUBLISHER_KEY not in said


def test_secrets_may_stand_in_files(make_hub, tmp_path, user):
    (tmp_path / "secret").write_text(tokens.SECRET + "\n")
    (tmp_path / "key").write_text(tokens.PUBLISHER_KEY)
    hub = make_hub({"auth.secret": None, "publish.key": None, "auth.secret_file": tmp_path / "secret",
                    "publish.key_file": tmp_path / "key"})
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        hub.publish({"type": "t", "data": 1, "users": [user]})
        assert stream.take(1)


def test_a_second_hub_on_the_same_folder_or_address_refuses_and_says_why(make_hub, tmp_path):
    hub = make_hub()
    twin = make_hub({"data_dir": hub.settings["data_dir"]}, start=False)
    status, said = twin.fails_to_start()
    assert status == 1 and hub.settings["data_dir"] in said
    neighbour = make_hub({"listen": "{}:{}".format(*hub.target)}, start=False)
    status, said = neighbour.fails_to_start()
    assert status == 1 and str(hub.target[1]) in said
    assert hub.request("GET", "/healthz").status == 200


def test_the_token_command_signs_what_the_hub_takes(hub, user):
    status, token = run("token", *SECRET, "--user", user, "--subscribe", "novel:*", "--expires", "1h")
    assert status == 0
    with hub.stream(token.strip(), channels="novel:1") as stream:
        stream.hello()
    assert hub.request("GET", "/api/v1/connections", token=token.strip()).code == "admin_required"
    status, token = run("token", *SECRET, "--user", user, "--admin", "--publish", "**")
    assert hub.request("GET", "/api/v1/connections", token=token.strip()).status == 200
    assert run("token", *SECRET)[0] == 2


def test_text_and_json_logs_say_the_same(make_hub):
    hub = make_hub({"log.format": "json", "log.level": "info"})
    assert all(set(json.loads(line)) >= {"time", "level", "event"} for line in hub.log_text().splitlines())
    said = make_hub({"log.format": "text", "log.level": "info"}, start=False)
    said._spawn()
    eventually(lambda: " ready" in said.log_text())
    assert " listening " in said.log_text() and "side=everyone" in said.log_text()
