"""What came of a certification: a verdict for each scenario, as a table, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from gateway.certify.scenario import Scenario

PASSED, FAILED, SKIPPED, OTHERWISE = "passed", "failed", "skipped", "other way"


@dataclass(frozen=True, slots=True)
class Verdict:
    row_group: str
    scenario: str
    verdict: str
    """`passed`, `failed`, `skipped`, or `other way`: it goes another of the ways that the standard lets it."""
    reason: str = ""
    left_out: tuple[str, ...] = ()
    """Optional reports that did not come."""


def weighed(scenarios: Sequence[Scenario], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """A failed scenario to which there is another way is none if the gateway goes that one."""
    passed = {verdict.row_group for verdict in verdicts if verdict.verdict == PASSED}
    weighed = []
    for scenario, verdict in zip(scenarios, verdicts, strict=True):
        taken = sorted(passed.intersection(scenario.other_ways))
        if verdict.verdict == FAILED and taken:
            verdict = replace(verdict, verdict=OTHERWISE, reason=f"as {', '.join(taken)}")
        weighed.append(verdict)
    return weighed


def counted(verdicts: Sequence[Verdict]) -> str:
    counts = [
        (kind, sum(verdict.verdict == kind for verdict in verdicts)) for kind in (PASSED, OTHERWISE, SKIPPED, FAILED)
    ]
    return ", ".join(f"{count} {kind}" for kind, count in counts if count)


def as_json(verdicts: Sequence[Verdict], about: dict[str, str]) -> str:
    counts = {
        kind: sum(verdict.verdict == kind for verdict in verdicts) for kind in (PASSED, OTHERWISE, SKIPPED, FAILED)
    }
    return json.dumps({**about, "counts": counts, "scenarios": [asdict(verdict) for verdict in verdicts]}, indent=2)


def as_markdown(verdicts: Sequence[Verdict], about: dict[str, str]) -> str:
    lines = ["# Certification: orders", "", *(f"- {key}: {value}" for key, value in about.items()), ""]
    lines += [f"{counted(verdicts)}.", "", "| scenario | verdict | |", "| --- | --- | --- |"]
    for verdict in verdicts:
        first = verdict.reason.splitlines()[0] if verdict.reason else ""
        lines.append(f"| {verdict.scenario} | {verdict.verdict} | {_cell(first)} |")
    failed = [verdict for verdict in verdicts if verdict.verdict == FAILED]
    for verdict in failed:
        lines += ["", f"## {verdict.scenario}", "", "```", verdict.reason, "```"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
