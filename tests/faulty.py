"""Faults that tests switch on and off in a running hub (tests/faults/faults.c), and a disk of its own size."""

import errno
import mmap
import os
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "faults" / "faults.c"


class Faults:
    """Compiles the shim into a test's folder; `env` is what a hub needs to run under it."""

    def __init__(self, folder):
        library, state = folder / "faults.so", folder / "faults"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
        state.write_bytes(bytes(24))
        with open(state, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 24)
        asan = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        self.env = {"LD_PRELOAD": str(library), "FAULTS": str(state), "ASAN_OPTIONS": asan}

    def clock(self, seconds):
        """Sets the calendar clock this far off."""
        self._set(0, seconds)

    def syncs_fail(self, failing):
        """Every sync answers EIO."""
        self._set(8, errno.EIO if failing else 0)

    def disk_full(self, full):
        """Every write to a file answers ENOSPC."""
        self._set(16, errno.ENOSPC if full else 0)

    def _set(self, offset, value):
        self.memory[offset:offset + 8] = struct.pack("=q", value)


class SmallDisk:
    """A tmpfs that only the hub sees: `wrapper` runs it inside; absent where this machine allows no mounts."""

    def __init__(self, folder, megabytes):
        self.folder = folder / "disk"
        self.folder.mkdir()
        script = f'mount -t tmpfs -o size={megabytes}m tmpfs "$0" && exec "$@"'
        self.wrapper = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", script, str(self.folder)]

    def possible(self):
        """Whether this machine allows it."""
        return subprocess.run([*self.wrapper, "true"], capture_output=True).returncode == 0

    def within(self, process, name):
        """A file of this disk, seen from outside."""
        return Path(f"/proc/{process.pid}/root{self.folder}/{name}")
