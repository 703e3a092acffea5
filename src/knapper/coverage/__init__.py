"""Whether the code that notes show is tested: by tests that assert, and that notice when the code is changed.

`make_map` runs the tests on mutants of what notes show and writes the map `.knapper/coverage.json`; `check_coverage`
judges the notes by it. Only the former needs mutmut and pytest (the extra `coverage`).
"""

from knapper.coverage.produce import CoverageError, make_map
from knapper.coverage.report import Report, check_coverage
from knapper.coverage.shown import all_shown

__all__ = ["CoverageError", "Report", "all_shown", "check_coverage", "make_map"]
