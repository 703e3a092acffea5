"""The device that a snippet runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

CPU = "CPU"


@lru_cache(maxsize=1)
def has_gpu() -> bool:
    """Whether this machine offers a GPU of NVIDIA's to this process; asks no framework, which would take seconds."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    try:
        listed = subprocess.run([command, "--list-gpus"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "GPU 0" in listed.stdout


def used_device(device: str) -> str:
    """The name of the device that this process's frameworks compute on, once they are loaded.

    Args:
        device: the kind that this process was given.
    """
    if device == "gpu":
        for name, ask in _FRAMEWORKS.items():
            if (module := sys.modules.get(name)) and (found := ask(module)):
                return found
    return CPU


def _tensorflow(tf: Any) -> str | None:
    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        return None
    details = tf.config.experimental.get_device_details(devices[0])
    return str(details.get("device_name", "GPU"))


def _jax(jax: Any) -> str | None:
    device = jax.devices()[0]
    return str(device.device_kind) if device.platform in ("gpu", "cuda", "rocm") else None


def _torch(torch: Any) -> str | None:
    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else None


_FRAMEWORKS: dict[str, Callable[[Any], str | None]] = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
