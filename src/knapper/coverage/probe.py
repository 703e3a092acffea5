"""Notes calls of functions while tests run: of those with mutants by mutmut's switches, of the others by `hit`."""

from __future__ import annotations

from knapper.coverage.functions import qualified_name

calls: set[str] = set()
"""The functions called since this was last cleared, as `module.function`."""


def hit(function: str) -> None:
    """Notes a call of a function without mutants, given as `module.function`."""
    calls.add(function)


def switched(switch: str, caller: str | None = None) -> None:
    """Notes a call of a function with mutants.

    Args:
        switch: module and mutmut's name of the function.
        caller: another function, which is of no interest.
    """
    module, _, name = switch.rpartition(".")
    calls.add(f"{module}.{qualified_name(f'{name}__mutmut_orig')}")
