"""Nchan: an nginx module. One worker, the messages in shared memory, no authentication."""

from launcher import NGINX_STREAMS, children, debian_version, descriptors, free_port
from running import Running

NAME = "Nchan"

CONFIGURATION = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
pid {folder}/pid;
error_log {folder}/log warn;
events {{ worker_connections {connections}; multi_accept on; }}
""" + NGINX_STREAMS + """      nchan_subscriber eventsource;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
    }}
    location = /events {{
      nchan_publisher;
      nchan_channel_id bench;
      nchan_message_buffer_length 10000;
      nchan_eventsource_event a.b;
    }}
  }}
}}
"""


def version():
    """As Debian packages it."""
    return debian_version("libnginx-mod-nchan")


def start(launcher):
    """nginx with one publishing and one subscribing location for the same channel."""
    port = free_port()
    most = descriptors()
    configuration = launcher.write("nginx.conf", CONFIGURATION.format(
        folder=launcher.folder, port=port, descriptors=most, connections=most - 100))
    master = launcher.run("nginx", "-c", configuration)
    launcher.wait_for(port)
    workers = launcher.until(lambda: children(master.pid), "nginx has no worker")
    return Running(port=port, pids=workers)
