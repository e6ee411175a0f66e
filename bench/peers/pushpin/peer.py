"""Pushpin: a proxy that holds a backend's responses open. The backend is nginx with one fixed answer, the cheapest that
there is; it also passes publishing on, since Pushpin closes the connection after each. Neither counts as Pushpin's."""

import pathlib
import socket
import time

from launcher import NGINX_STREAMS, children, command_name, debian_version, descriptors, free_port
from running import Running

NAME = "Pushpin"

# Debian's own file, with the sockets of zurl, which here is a child and not a service, in the same folder.
INTERNAL = pathlib.Path("/usr/lib/pushpin/internal.conf")
SETTLING = 2  # seconds in which its parts, though they serve, still lose messages between them and drop streams
OWN_PARTS = {"condure", "zurl", "pushpin-proxy", "pushpin-handler"}

CONFIGURATION = """
[global]
include={folder}/internal.conf
rundir={folder}
ipc_prefix=bench-
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:{port}
logdir={folder}
log_level=1
client_buffer_size=8192
client_maxconn={connections}
condure_bin={folder}/condure-of-one
zurl_bin=zurl
[proxy]
routesfile={folder}/routes
updates_check=off
[handler]
push_in_spec=ipc://{folder}/push
push_in_sub_specs=ipc://{folder}/push-sub
push_in_http_addr=127.0.0.1
push_in_http_port={push_port}
command_spec=ipc://{folder}/command
message_rate=1000000
message_hwm=1000000
"""

BACKEND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/log warn;
events {{ worker_connections 4096; }}
""" + NGINX_STREAMS + """      default_type text/event-stream;
      add_header Grip-Hold stream;
      add_header Grip-Channel bench;
      return 200 ":\\n\\n";
    }}
    location = /events {{ proxy_pass http://127.0.0.1:{push_port}/publish/; }}
  }}
}}
"""

PUBLISHED = (r'{"items":[{"channel":"bench","formats":{"http-stream":'
             r'{"content":"event: a.b\nid: 0123456789abcdef-1\ndata: %e\n\n"}}}]}')


def version():
    """As Debian packages it."""
    return debian_version("pushpin")


def _serves(port):
    """Whether a stream is opened: Pushpin listens before its parts have found each other, and loses what comes then."""
    with socket.create_connection(("127.0.0.1", port)) as stream:
        stream.settimeout(1)
        stream.sendall(b"GET /streams HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            return stream.recv(1024).startswith(b"HTTP/1.1 200")
        except TimeoutError:
            return False


def start(launcher):
    """The runner with its four parts, and the backend behind them."""
    port, push_port, backend_port = free_port(), free_port(), free_port()
    launcher.write("internal.conf", INTERNAL.read_text().replace("ipc:///var/run/zurl/", "ipc://{rundir}/{ipc_prefix}"))
    launcher.write("routes", f"* 127.0.0.1:{backend_port}\n")
    # Pushpin's runner leaves the number of condure's workers at two.
    launcher.write("condure-of-one", '#!/bin/sh\nexec condure --workers=1 "$@"\n').chmod(0o700)
    configuration = launcher.write("pushpin.conf", CONFIGURATION.format(
        folder=launcher.folder, port=port, push_port=push_port, connections=descriptors() - 500))
    backend = launcher.write("nginx.conf", BACKEND.format(
        folder=launcher.folder, port=backend_port, push_port=push_port))
    launcher.run("nginx", "-c", backend)
    runner = launcher.run("pushpin", f"--config={configuration}")
    for listening in (backend_port, push_port, port):
        launcher.wait_for(listening)
    launcher.until(lambda: _serves(port), "Pushpin reaches no backend")
    time.sleep(SETTLING)
    parts = [pid for pid in children(runner.pid) if command_name(pid) in OWN_PARTS]
    return Running(port=port, pids=parts, publish_port=backend_port, publish_body=PUBLISHED, opening=20)
