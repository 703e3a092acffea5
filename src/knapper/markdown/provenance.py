"""What made an output: shown to those who ask, and to all where it is not what they would expect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from packaging.utils import canonicalize_name

from knapper.markdown.elements import element, literal
from knapper.markdown.mounted import Made
from knapper.snippets.result import Provenance, Result, State

_MAX_VERSIONS = 8
_DISTRIBUTION = re.compile(r"[A-Za-z0-9][\w.-]*")


NO_GPU = "Ran on the CPU; asks for a GPU"


def frozen_notice(result: Result) -> list[str]:
    """What readers of each frozen output must know without asking; nothing for others."""
    provenance = result.provenance
    return [f"Frozen result of {provenance.date}"] if provenance and result.state is State.FROZEN else []


def lacks_gpu(result: Result) -> bool:
    """Whether a snippet asks for a GPU, and ran without."""
    provenance = result.provenance
    return provenance is not None and provenance.requested == "gpu" and provenance.device.lower().startswith("cpu")


def duration(seconds: float) -> str:
    """A duration to one digit: two runs of the same code differ in the others, and the site shall not."""
    if seconds < 1:
        return "less than a second"
    unit, name = (60, "minute") if seconds >= 60 else (1, "second")
    number = round(float(f"{seconds / unit:.1g}"))
    return f"about {number} {name}{'' if number == 1 else 's'}"


def write_provenance(parent: Element, made: Made, address: str) -> None:
    """Append how an output was made, folded.

    Args:
        parent: where to.
        made: the output's cell.
        address: of that cell on its snippet's page.
    """
    details = element(parent, "details", class_="output-made")
    details.set("data-search-exclude", "")
    SubElement(details, "summary").text = "How this was made"
    terms = SubElement(details, "dl")
    place = _term(terms, "Code")
    link = element(place, "a", href=address)
    link.text = literal(f"{made.result.snippet.path}, cell {made.cell.name}")
    if made.result.provenance:
        for name, text in _facts(made.result, made.result.provenance):
            _term(terms, name).text = literal(text)


def _facts(result: Result, provenance: Provenance) -> Iterator[tuple[str, str]]:
    asked = " (asks for a GPU)" if provenance.requested == "gpu" else ""
    yield "Device", f"{provenance.device}{asked}"
    yield "Time", f"{duration(provenance.seconds)} for the whole script"
    yield "Versions", ", ".join((f"Python {provenance.python}", *_versions(result, provenance)))
    if result.state is State.FROZEN:
        yield "Result", f"frozen on {provenance.date}: the code and data are the same, versions and device may differ"
    else:
        yield "Result", "fresh: made from exactly this code and these versions"


def _versions(result: Result, provenance: Provenance) -> list[str]:
    """The distributions that the script's header names; without such, the first of all."""
    known = {canonicalize_name(name): f"{name} {version}" for name, version in sorted(provenance.versions.items())}
    declared = (_DISTRIBUTION.match(text) for text in result.snippet.settings.dependencies)
    named = [name for match in declared if match and (name := canonicalize_name(match[0])) in known]
    return [known[name] for name in (named or known)][:_MAX_VERSIONS]


def _term(terms: Element, name: str) -> Element:
    group = SubElement(terms, "div")
    SubElement(group, "dt").text = name
    return SubElement(group, "dd")
