"""The environment in which snippets run: the same everywhere, whatever that of the build is."""

from __future__ import annotations

import os
from collections.abc import Mapping

from knapper.snippets.figures import MATPLOTLIBRC
from knapper.snippets.layout import Layout
from knapper.snippets.settings import Settings

_FIXED: Mapping[str, str] = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    # Sums depend on how many threads share them, in the last digits. Snippets run side by side instead.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
    "TF_DETERMINISTIC_OPS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
_WITH_GPU: Mapping[str, str] = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
_WITHOUT_GPU: Mapping[str, str] = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}

_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "SYSTEMROOT", "PROGRAMFILES")
"""What a machine needs to find programs and libraries, and to compute rightly."""
_KEPT_WITH_GPU = ("CUDA_VISIBLE_DEVICES",)
_KEPT_WITH_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")


def environment(layout: Layout, settings: Settings, device: str) -> dict[str, str]:
    """The variables for a snippet, and for the server that it is forked from, on whatever machine that is.

    Args:
        layout: of the project.
        settings: of the snippet.
        device: `cpu` or `gpu`, which it is to see.
    """
    return {
        **_FIXED,
        "MPLCONFIGDIR": str(layout.cache / "matplotlib"),
        **(_WITH_GPU if device == "gpu" else _WITHOUT_GPU),
        **settings.env,
    }


def of_this_machine(device: str, network: bool) -> dict[str, str]:
    """The variables that are this machine's, where a snippet runs; those of `environment` go before them.

    Args:
        device: `cpu` or `gpu`, which it is to see.
        network: whether it may reach the network.
    """
    kept = [*_KEPT, *(_KEPT_WITH_GPU if device == "gpu" else ()), *(_KEPT_WITH_NETWORK if network else ())]
    here = {name: os.environ[name] for name in kept if name in os.environ}
    return {"MATPLOTLIBRC": str(MATPLOTLIBRC), **here}
