"""The `bilan` command without starting Python anew: a server, and the command that asks it.

    docs_worker.py SOCKET          serve: each command runs in a copy of this process
    docs_worker.py SOCKET WORD…    run one command there, with this process's outputs

The language is that of the server's environment, as for a person.
"""

import gc
import json
import os
import shlex
import signal
import socket
import sys
import tempfile

_LONGEST = 1 << 20  # bytes of a request
_FIRST = (
    "init town.ledger",
    "plan demo --title T --territory X --start 2026-01-01 --end 2031-12-31",
    "propose demo/a --on 2026-02 --title A",
    "publish-figure demo 0% --of 1 --on 2026-03-01 --evidence E",
    "figure demo --on 2026-03-01",
    "reconcile demo",
    "key new demo.example/x -o key",
    "checkpoint --key key",
    "prove demo -o proof.zip",
    "verify proof.zip",
    "audit",
)


def serve(place: str) -> None:
    """Answer until the process is ended."""
    from importlib import import_module  # noqa: PLC0415 the asking side starts fast

    sys.argv = ["bilan"]
    cli = import_module("bilan_ledger.cli")
    for room in ("imports", "report.site", "audit", "projections", "formats.opendata"):
        import_module(f"bilan_ledger.{room}")
    _warm(cli.run)
    gc.freeze()  # copies of this process then share what was made so far
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.socket(socket.AF_UNIX)
    server.bind(place)
    server.listen(8)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        asked, _ = server.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            data, outputs, _, _ = socket.recv_fds(asked, _LONGEST, 2)
            pid = os.fork()
            if pid == 0:
                _be(cli.run, json.loads(data), outputs)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            asked.sendall(str(code).encode())
            os._exit(0)
        asked.close()


def _warm(run) -> None:
    """Run a few commands once, so that copies of this process find everything loaded."""
    here = os.getcwd()  # noqa: PTH109
    shown, said = os.dup(1), os.dup(2)
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.chdir(folder)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        for line in _FIRST:
            run(shlex.split(line))
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(shown, 1)
        os.dup2(said, 2)
        os.chdir(here)
    os.close(shown)
    os.close(said)


def _be(run, job, outputs) -> None:
    """Be one command."""
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environ"])
    for number, output in enumerate(outputs, 1):
        os.dup2(output, number)
    sys.stdout.reconfigure(line_buffering=True)
    sys.argv = ["bilan", *job["argv"]]
    words = sys.modules["bilan_ledger.cli.words"]
    words.LANG = words.language(job["argv"], os.environ)
    code = run(job["argv"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def send(place: str, job: dict[str, object], outputs: list[int]) -> int:
    """Have a command run; return its exit code."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        socket.send_fds(server, [json.dumps(job).encode()], outputs)
        return int(server.recv(16))


def ask(place: str, argv: list[str]) -> int:
    """Be the command: run it in a copy of the server, with this process's outputs."""
    job = {"argv": argv, "cwd": os.getcwd(), "environ": dict(os.environ)}  # noqa: PTH109 starts fast
    return send(place, job, [1, 2])


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
    serve(sys.argv[1])
