"""A process on a host of the network: started, killed, paused, and never outliving the harness."""

import asyncio
import signal
import subprocess

import hub


def bound_to_us(command):
    """The command, ended by the kernel when the thread that starts it ends."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


async def eventually(condition, timeout=20, why="the condition"):
    """Waits until `condition()` is true, or what it awaits is, and returns it; fails at the deadline."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, f"{why} did not come true within {timeout} s"
        await asyncio.sleep(0.02)


class Process:
    """One command in a folder of its own; its output is `<name>.log` there."""

    def __init__(self, network, host, folder, name):
        self.network, self.host, self.folder, self.name = network, host, folder, name
        folder.mkdir(parents=True, exist_ok=True)
        self.process = None

    @property
    def running(self):
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def spawn(self, command, env=None):
        """Starts the command on its host."""
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(bound_to_us([*self.network.wrapper(self.host), *command]), cwd=self.folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=hub.environment(env))

    def kill(self):
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self):
        """It takes no step until `proceed`; its kernel still accepts and acknowledges."""
        self.process.send_signal(signal.SIGSTOP)

    def proceed(self):
        """After `pause`."""
        if self.running:
            self.process.send_signal(signal.SIGCONT)
