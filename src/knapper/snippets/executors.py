"""Where snippets run: on this machine, or on a cluster. `concurrent.futures.Executor` is all that the rest knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Protocol

from knapper.snippets.device import has_gpu
from knapper.snippets.server import close_servers

GPU = "GPU"
"""Name of the resource that a snippet with `device = "gpu"` asks a cluster for."""

_ANSWER = 20.0
"""Seconds in which a scheduler must answer."""


class UnreachableError(ValueError):
    """What the option `executor` names cannot run snippets; the message says why."""


class Machines(Protocol):
    """One or more machines that run snippets."""

    @property
    def has_gpu(self) -> bool:
        """Whether one of them has a GPU."""
        ...

    falls_back: bool
    """Whether a snippet that asks for a GPU runs on the CPU where there is none."""

    def executor(self, resources: Mapping[str, float]) -> Executor:
        """What runs a snippet that asks for resources."""
        ...

    def lacking(self, resources: Mapping[str, float]) -> str:
        """A resource of which no machine has enough, or an empty string."""
        ...

    def close(self) -> None:
        """Lets go of them."""
        ...


class Local:
    """This machine: one snippet for each core, and one at a time on the GPU."""

    falls_back = True

    def __init__(self) -> None:
        self._cores = ThreadPoolExecutor(cores(), "snippet")
        self._gpu = ThreadPoolExecutor(1, "gpu")

    @property
    def has_gpu(self) -> bool:
        """Whether there is a GPU."""
        return has_gpu()

    def executor(self, resources: Mapping[str, float]) -> Executor:
        """Threads, which wait for the processes of snippets."""
        return self._gpu if GPU in resources else self._cores

    def lacking(self, resources: Mapping[str, float]) -> str:
        """Everything but a GPU: this machine declares nothing."""
        return next((name for name in resources if name != GPU), "")

    def close(self) -> None:
        """Ends what is running, and begins nothing more."""
        for pool in (self._cores, self._gpu):
            pool.shutdown(wait=False, cancel_futures=True)
        close_servers()


class Dask:
    """The workers of a Dask cluster, which see the project under the same path.

    Args:
        address: of its scheduler, such as `tcp://host:8786`.

    Raises:
        UnreachableError: Dask is not installed, or the scheduler does not answer.
    """

    falls_back = False

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UnreachableError("Dask is not installed; install knapper[dask]") from error
        try:
            self._client: Any = Client(address, timeout=_ANSWER, set_as_default=False)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise UnreachableError(f"the Dask scheduler at {address} does not answer") from error
        except ValueError as error:
            raise UnreachableError(f"{address!r} is no address of a Dask scheduler, such as tcp://host:8786") from error

    @property
    def has_gpu(self) -> bool:
        """Whether a worker was started with a resource `GPU`."""
        return not self.lacking({GPU: 1})

    def executor(self, resources: Mapping[str, float]) -> Executor:
        """An executor on those workers that have the resources."""
        executor: Executor = self._client.get_executor(resources=dict(resources), pure=False, retries=0)
        return executor

    def lacking(self, resources: Mapping[str, float]) -> str:
        """What no worker has as much of, asked before anything is submitted: Dask would wait for ever."""
        workers = [worker["resources"] for worker in self._client.scheduler_info(n_workers=-1)["workers"].values()]
        for worker in workers:
            if all(worker.get(name, 0) >= amount for name, amount in resources.items()):
                return ""
        singly = (name for name, n in resources.items() if not any(worker.get(name, 0) >= n for worker in workers))
        return next(singly, " and ".join(resources))

    def close(self) -> None:
        """Leaves the cluster."""
        self._client.close()


def machines_for(executor: str | Mapping[str, str]) -> Machines:
    """The machines that the option `executor` names.

    Args:
        executor: `local`, or `{dask: address}`.

    Raises:
        UnreachableError: it names none, or they cannot be reached.
    """
    if executor == "local":
        return Local()
    if isinstance(executor, Mapping) and set(executor) == {"dask"}:
        return Dask(str(executor["dask"]))
    raise UnreachableError(f"`executor` is `local` or `{{dask: ADDRESS}}`, not {executor!r}")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
