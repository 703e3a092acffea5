"""Landlock, by which a process gives up rights on files and on the network for itself and all that it starts.

It holds for C code and for subprocesses, which Python's audit hooks do not see, and needs no privileges.
https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
# Removing and making entries; REFER comes with ABI 2, TRUNCATE with 3.
_CHANGE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPES = 0b11  # abstract sockets and signals: ABI 6

READ = _READ_FILE | _READ_DIR
LIST = _READ_DIR
_OF_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The version that the kernel offers; 0 without Landlock."""
    if sys.platform != "linux":
        return 0
    version = _syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    return max(version, 0)


def denies_network() -> bool:
    """Whether the kernel can deny connections over TCP."""
    return abi() >= 4


def restrict(read: Iterable[Path], listed: Iterable[Path], write: Iterable[Path], network: bool) -> None:
    """Gives up all rights but the named ones, for ever; without Landlock, does nothing.

    Args:
        read: files, and folders with all that is below them, that may still be read.
        listed: folders whose entries may be listed, but not read.
        write: files and folders that may still be read and changed.
        network: whether TCP stays allowed.

    Raises:
        OSError: the kernel refuses.
    """
    version = abi()
    if not version:
        return
    change = _WRITE_FILE | _CHANGE | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    net = 0 if network or version < 4 else _BIND_TCP | _CONNECT_TCP
    scopes = _SCOPES if version >= 6 else 0
    attributes = struct.pack("=QQQ", READ | change, net, scopes)[: _size(version)]
    ruleset = _check(_syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    try:
        for paths, rights in ((read, READ), (listed, LIST), (write, READ | change)):
            for path in paths:
                _allow(ruleset, path, rights)
        libc = _libc()
        if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
        _check(_syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)


def _size(version: int) -> int:
    """Bytes of `struct landlock_ruleset_attr` that a version knows."""
    return 8 if version < 4 else 16 if version < 6 else 24


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        rights = rights if path.is_dir() else rights & _OF_FILES
        if rights:
            rule = struct.pack("=Qi", rights, descriptor)
            _check(_syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)))
    finally:
        os.close(descriptor)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: object) -> int:
    libc = _libc()
    libc.syscall.restype = ctypes.c_long
    return int(libc.syscall(ctypes.c_long(number), *arguments))


def _check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
