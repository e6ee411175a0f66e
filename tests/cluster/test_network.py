"""Both kinds of network carry, cut both ways and one way, and heal."""

import os
import select
import subprocess
import sys

import pytest

from cluster import namespaces
from cluster.network import make
from cluster.proxies import Proxies

ECHO = """
import socket, sys, threading
server = socket.create_server((sys.argv[1], 7000))
print("ready", flush=True)
def echo(peer):
    while data := peer.recv(100):
        print("heard", data.decode(), flush=True)
        peer.sendall(data)
while True:
    threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()
"""
ASK = """
import socket, sys
peer = socket.create_connection((sys.argv[1], 7000), 1)
peer.settimeout(1)
peer.sendall(b"question")
print(peer.recv(100).decode())
"""


@pytest.fixture(params=[make, Proxies] if namespaces.possible() else [Proxies])
def network(request):
    with request.param() as made:
        made.add("server")
        made.add("reader")
        made.add("other")
        command = [*made.wrapper("server"), sys.executable, "-c", ECHO, made.binds("server")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            made.serve("server", 7000)
            made.heard = process.stdout
            yield made
            process.kill()


def connected(network, host="reader"):
    peer = network.socket(host)
    peer.settimeout(5)
    peer.connect((network.address("server"), 7000))
    return peer


def answers(peer, timeout=5.0):
    """Whether what is sent comes back."""
    peer.settimeout(timeout)
    try:
        peer.sendall(b"ping")
        return peer.recv(100) != b""
    except TimeoutError:
        return False


def test_hosts_reach_each_other(network):
    with connected(network) as peer:
        assert answers(peer)
    asked = subprocess.run([*network.wrapper("other"), sys.executable, "-c", ASK, network.address("server")],
                           capture_output=True, check=True, text=True)
    assert asked.stdout == "question\n"


def test_a_cut_link_swallows_what_is_sent_and_an_open_connection_survives_it(network):
    with connected(network) as peer, connected(network, "other") as witness:
        assert answers(peer) and answers(witness)
        network.cut("reader", "server")
        assert not answers(peer, 0.5), "a cut link carried something"
        assert answers(witness), "another link was cut too"
        network.heal()
        peer.settimeout(10)
        assert peer.recv(100) == b"ping"


def test_a_link_cut_one_way_carries_the_other_way(network):
    with connected(network) as peer:
        assert answers(peer) and network.heard.readline() == b"heard ping\n"
        network.cut_one_way("server", "reader")
        assert not answers(peer, 0.5)
        assert network.heard.readline() == b"heard ping\n", "the question was not to be lost, only its answer"
        network.heal()
        peer.settimeout(10)
        assert peer.recv(100) == b"ping"
        network.cut_one_way("reader", "server")
        assert not answers(peer, 0.5)
        assert not select.select([network.heard], [], [], 0)[0], "the question was to be lost"


def test_a_process_behind_a_cut_link_reaches_nobody(network):
    network.isolate("other", ["server", "reader"])
    command = [*network.wrapper("other"), sys.executable, "-c", ASK, network.address("server")]
    asked = subprocess.run(command, capture_output=True, check=False, text=True)
    assert asked.returncode != 0 and "timed out" in asked.stderr


def test_nothing_of_a_closed_network_is_left():
    def namespaces_of_this_process():
        listed = subprocess.run(["ip", "netns", "list"], capture_output=True, check=True, text=True).stdout
        return [line for line in listed.splitlines() if line.startswith(f"tidings-{os.getpid()}-")]

    with make() as network:
        network.add("alone")
    assert namespaces_of_this_process() == []
