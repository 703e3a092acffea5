"""Runs the cells of one snippet, in a process of its own, and writes down what came of them.

The process is forked from `zygote`, or started for the one snippet: `python -m knapper.snippets.worker FOLDER`.
"""

from __future__ import annotations

import atexit
import builtins
import json
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from knapper.snippets.audit import install_audit
from knapper.snippets.cells import Cells, leave
from knapper.snippets.confine import lock, set_up
from knapper.snippets.device import used_device
from knapper.snippets.distributions import installed_versions, normalised
from knapper.snippets.figures import MATPLOTLIBRC
from knapper.snippets.job import ENDING, JOB, PROGRESS, RESULT, Failure, Job, Outcome, job_of
from knapper.snippets.layout import digests, matching_files, pattern_folders
from knapper.snippets.policy import make_policy
from knapper.snippets.requirements import RUNNER, closure, owners
from knapper.snippets.shell import Scrubber, make_shell
from knapper.snippets.supervise import private_memory
from knapper.snippets.trace import Trace, install_imports, install_modules, install_threads


class Worker:
    """Runs a job in this process, which it changes for ever.

    Args:
        job: what to run.
        run: the folder of the run, for its files.
        known: module to the distributions that install it, if the server has looked already.
    """

    def __init__(self, job: Job, run: Path, known: Mapping[str, list[str]] | None = None) -> None:
        self._job = job
        self._run = run
        self._known = known
        self._pid = os.getpid()
        self._root = Path(job.root).resolve()
        self._script = self._root / job.path
        declared = matching_files(self._root, tuple(job.reads))
        policy = make_policy(self._root, run, Path(job.cache), [self._script, MATPLOTLIBRC], declared)
        # Also while no file is there that a pattern matches.
        policy.folders.update(str(folder.resolve()) for folder in pattern_folders(self._root, job.reads))
        self._reads = digests(self._root, tuple(job.reads))
        self._trace = Trace(self._script, policy)
        scrubber = Scrubber(_shown_folders(self._root, run.resolve()))
        self._cells = Cells(run, self._trace, scrubber, lambda line: self._tell(str(line)))

    def main(self) -> NoReturn:
        """Runs the cells, writes the result, and ends the process as Python would."""
        try:
            unenforced = self._confine()
            start = time.perf_counter()
            failure = self._cells.execute(self._job.cells, self._shell)
            outcome = self._outcome(failure, time.perf_counter() - start, unenforced)
            if os.getpid() == self._pid:  # what the snippet has forked comes here, too
                self._write(outcome)
                self._end()
        except BaseException:
            traceback.print_exc()
            leave(70)
        leave(0)

    def _confine(self) -> list[str]:
        """Makes the process what a script would have for itself alone; what cannot be enforced is returned."""
        set_up(self._run)
        self._progress = (self._run / PROGRESS).open("w")
        os.chdir(self._root)
        sys.argv = [self._job.path]
        folders = [self._script.parent, *(self._root / folder for folder in self._job.modules)]
        self._elsewhere = install_modules(self._trace, folders)
        self._shell = make_shell()
        builtins.input = _no_input
        self._trace.on_leaving = self._tell_line
        os._exit = self._exit
        install_imports(self._trace)
        install_threads(self._trace)
        unenforced = lock(self._trace.policy, folders, self._job.network)
        install_audit(self._trace, self._job.network)
        return unenforced

    # After the last cell ----------------------------------------------------------------------------------------------

    def _outcome(self, failure: Failure | None, seconds: float, unenforced: list[str]) -> Outcome:
        trace = self._trace
        elsewhere = self._elsewhere | trace.settle()
        names = trace.imported - trace.modules.keys() - sys.stdlib_module_names - {"__main__"}
        known = self._known if self._known is not None else owners()
        foreign = sorted(name for name in names if name in sys.modules and name not in known)
        if foreign and not failure:
            message = f"module `{foreign[0]}` is neither of the project nor of an installed distribution"
            hint = "install it, or name the folder that it is in under `modules`"
            failure = Failure(0, message, hint, "undeclared-input")
        used = sorted(names | trace.used - trace.modules.keys())
        wanted = closure([*RUNNER, *(owner for name in used for owner in known.get(name, ()))])
        versions = installed_versions()
        return Outcome(
            displayed=self._cells.displayed,
            failure=failure,
            modules=dict(sorted(trace.modules.items())),
            elsewhere=sorted(elsewhere - trace.modules.keys()),
            absent=sorted(trace.missing),
            absent_files=sorted(trace.absent_files),
            listed=dict(sorted(trace.listed.items())),
            reads=self._reads,
            versions={name: versions[name] for name in sorted(map(normalised, wanted)) if name in versions},
            python=platform.python_version(),
            device=used_device(self._job.device),
            seconds=seconds,
            memory=private_memory(os.getpid()),  # of a short run there has been no other look
            unenforced=unenforced,
        )

    def _write(self, outcome: Outcome) -> None:
        partial = self._run / f"{RESULT}.part"
        partial.write_text(json.dumps(outcome.as_json()), encoding="utf-8")
        partial.rename(self._run / RESULT)

    def _end(self) -> None:
        """Lets threads and exit handlers end as they would at the end of a script; the supervisor has patience."""
        others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
        lines = [self._trace.threads.get(thread) for thread in others if not thread.daemon]
        self._tell(f"{ENDING} {next(filter(None, lines), self._cells.line)}")
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        self._tell(f"{ENDING} {self._trace.processes[-1] if self._trace.processes else self._cells.line}")

    def _tell_line(self) -> None:
        """Tells where the script is: it may be about to end this process."""
        if os.getpid() == self._pid and (line := self._trace.line()):
            self._tell(str(line))

    def _exit(self, status: int) -> NoReturn:
        """What the snippet has for `os._exit`."""
        self._tell_line()
        leave(status)

    def _tell(self, text: str) -> None:
        self._progress.seek(0)
        self._progress.write(f"{text}\n")
        self._progress.truncate()
        self._progress.flush()


def _shown_folders(root: Path, run: Path) -> list[tuple[str, str]]:
    """Folders of this machine, and what outputs show for them."""
    own = [(str(run / "home"), "~"), (str(run / "tmp"), "/tmp"), (str(run), "/run")]
    home = os.path.expanduser("~")  # noqa: PTH111 - stays what it is where nobody knows
    machine = [(str(run.parent), "/tmp"), *([(home, "~")] if len(home) > 1 else [])]
    installed = [path for path in sys.path if path.startswith((sys.prefix, sys.base_prefix))]
    packages = [(path, Path(path).name) for path in sorted(installed, key=len, reverse=True)]
    return [*own, *packages, (f"{root}{os.sep}", ""), (str(root), "."), *machine]


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("a snippet cannot ask for input: nobody is there to answer")


def main() -> None:
    """Runs the job in the folder that the command line names."""
    run = Path(sys.argv[1])
    Worker(job_of(json.loads((run / JOB).read_text(encoding="utf-8"))), run).main()


if __name__ == "__main__":
    main()
