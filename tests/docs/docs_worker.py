"""Run `bilan` commands one after another in copies of one process, which is faster than anew.

Reads one JSON object a line (`argv`, `cwd`, `out`), answers with the exit code. The language is
that of the environment, as for a person.
"""

import json
import os
import sys
from importlib import import_module

cli = import_module("bilan_ledger.cli")
for room in ("imports", "report.site", "audit", "projections", "formats.opendata"):
    import_module(f"bilan_ledger.{room}")


def child(job: dict[str, object]) -> None:
    """Be one command."""
    os.chdir(str(job["cwd"]))
    out = os.open(str(job["out"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stdout.reconfigure(line_buffering=True)
    argv = [str(word) for word in job["argv"]]
    sys.argv = ["bilan", *argv]
    code = cli.run(argv)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        answers.write(f"{code}\n")
        answers.flush()


if __name__ == "__main__":
    main()
