"""A real OpenSearch cluster on this machine, for tests: `start` it, `stop` it. Needs Java 17 and Maven; nothing else.

Started as a program, it prints the addresses of the nodes as tests want them in KB_SEARCH_TEST_OPENSEARCH. All that
belongs to a cluster, jars, data and logs, lies in one folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Jars and classes are made once and shared by all clusters of this checkout.
BUILT = HERE.parents[1] / "build" / "opensearch"
_STATE = "nodes.json"
_COMMAND = "command.json"
_GREEN_SECONDS = 120.0

#: Kept for as long as this process runs: letting go of a process that still runs is warned of.
_STARTED: list[subprocess.Popen[bytes]] = []
_JAVA = ["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disable.jmx=true"]
_SETTINGS = {
    "cluster.name": "kb-search-tests",
    "network.host": "127.0.0.1",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.auto_create_index": "false",
    "search.default_allow_partial_results": "false",
    "cluster.fault_detection.follower_check.interval": "500ms",
    "cluster.fault_detection.follower_check.timeout": "2s",
    "cluster.fault_detection.leader_check.interval": "500ms",
    "cluster.fault_detection.leader_check.timeout": "2s",
    "indices.breaker.total.use_real_memory": "false",
    "indices.query.bool.max_clause_count": "4096",
    "node.processors": "2",
}


@dataclass(frozen=True)
class Node:
    """A node that was started: its process, and where it listens."""

    name: str
    pid: int
    address: str


class Cluster:
    """Some nodes that run in a folder."""

    def __init__(self, folder: Path, nodes: list[Node]) -> None:
        self.folder = folder
        self.nodes = nodes

    @property
    def addresses(self) -> str:
        """The addresses of all nodes, as settings want them."""
        return ",".join(node.address for node in self.nodes)

    @classmethod
    def start(cls, folder: Path, nodes: int = 3) -> Cluster:
        """Start a cluster in a new folder and wait until it is green. Raises RuntimeError with the end of a log."""
        build()
        folder.mkdir(parents=True, exist_ok=True)
        ports = _free_ports(2 * nodes)
        names = [f"node-{number}" for number in range(1, nodes + 1)]
        common = {
            **_SETTINGS,
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports[nodes:]),
            "cluster.initial_cluster_manager_nodes": ",".join(names),
        }
        started = [
            _start(folder / name, name, http, transport, common)
            for name, http, transport in zip(names, ports[:nodes], ports[nodes:], strict=True)
        ]
        (folder / _STATE).write_text(json.dumps([asdict(node) for node in started]))
        cluster = cls(folder, started)
        try:
            cluster.wait_for_green()
        except RuntimeError:
            cluster.stop()
            raise
        return cluster

    @classmethod
    def running_in(cls, folder: Path) -> Cluster:
        """The cluster that was started in a folder."""
        return cls(folder, [Node(**node) for node in json.loads((folder / _STATE).read_text())])

    def wait_for_green(self) -> None:
        """Wait until every node is there and every shard has its copies. Raises RuntimeError."""
        path = f"/_cluster/health?wait_for_status=green&wait_for_nodes={len(self.nodes)}&timeout=5s"
        end = time.monotonic() + _GREEN_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(self.nodes[0].address + path, timeout=10) as answer:  # noqa: S310 - our own
                    if not json.load(answer)["timed_out"]:
                        return
            except (OSError, urllib.error.URLError):
                time.sleep(0.25)
        logs = "\n".join((self.folder / node.name / "log").read_text()[-2000:] for node in self.nodes)
        raise RuntimeError(f"The cluster did not get green:\n{logs}")

    def kill(self, node: Node) -> None:
        """End a node as a power cut would."""
        os.kill(node.pid, signal.SIGKILL)
        _wait_for_end(node.pid)

    def restart(self, node: Node) -> None:
        """Start a node again that was ended, with its data, at its address."""
        command = json.loads((self.folder / node.name / _COMMAND).read_text())
        self.nodes[self.nodes.index(node)] = Node(node.name, _run(self.folder / node.name, command), node.address)
        (self.folder / _STATE).write_text(json.dumps([asdict(one) for one in self.nodes]))

    @staticmethod
    def is_running(node: Node) -> bool:
        """Whether a node's process is there."""
        return Path(f"/proc/{node.pid}").exists()

    def stop(self) -> None:
        """End all nodes, and throw their data away."""
        for node in self.nodes:
            _signal(node.pid, signal.SIGTERM)
        for node in self.nodes:
            if not _wait_for_end(node.pid):
                _signal(node.pid, signal.SIGKILL)
                _wait_for_end(node.pid)
        shutil.rmtree(self.folder, ignore_errors=True)


def build() -> None:
    """Fetch the jars and compile the node, unless that is done already."""
    source, made = HERE / "TestNode.java", BUILT / "TestNode.class"
    if made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
        return
    BUILT.mkdir(parents=True, exist_ok=True)
    jars = BUILT / "jars"
    command = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*command, f"-DoutputDirectory={jars}"], check=True, stdout=sys.stderr)
    subprocess.run(["javac", "-d", str(BUILT), "-cp", f"{jars}/*", str(source)], check=True, stdout=sys.stderr)


def _start(home: Path, name: str, http: int, transport: int, common: dict[str, str]) -> Node:
    temporary = home / "tmp"
    temporary.mkdir(parents=True)
    (home / "config").mkdir()
    settings = {**common, "http.port": http, "transport.port": transport, "path.data": home / "data"}
    command = ["java", *_JAVA, f"-Djava.io.tmpdir={temporary}", "-cp", f"{BUILT}:{BUILT}/jars/*", "TestNode"]
    command += [str(home), name, *(f"{key}={value}" for key, value in settings.items())]
    (home / _COMMAND).write_text(json.dumps(command))
    return Node(name, _run(home, command), f"http://127.0.0.1:{http}")


def _run(home: Path, command: list[str]) -> int:
    """Run a node; its process id."""
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    _STARTED.append(process)
    return process.pid


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_for_end(pid: int) -> bool:
    """Whether a process ends within some seconds; a child of ours is reaped."""
    for _ in range(100):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return True
        except ChildProcessError:
            if not Path(f"/proc/{pid}").exists():
                return True
        time.sleep(0.1)
    return False


def main() -> None:
    """Start or stop a cluster from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "stop"))
    parser.add_argument("--folder", type=Path, default=BUILT / "cluster", help="where the cluster lives")
    parser.add_argument("--nodes", type=int, default=3)
    asked = parser.parse_args()
    if asked.what == "start":
        print(Cluster.start(asked.folder, asked.nodes).addresses)  # noqa: T201 - it is what the caller reads
    else:
        Cluster.running_in(asked.folder).stop()


if __name__ == "__main__":
    main()
