"""Plays everything and writes docs/CONFORMANCE.md from what came out.

    python -m tests.conformance.report [--no-sockets]

The definitions are played over TCP against the echo acceptor, those of FIX 4.2 as published and rewritten by rule for
every version whose stock dictionaries are at hand; the scenarios in memory, on fake time. Takes as long as the slowest
version does, about two minutes: definitions wait on a real clock. Exit status 0 when all passed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.conformance.acceptor_process import PLAYER, configuration, echo_acceptor, play, targets_at_hand
from tests.conformance.cases import CASES, Case
from tests.conformance.definitions import definitions
from tests.conformance.rewritten import LEFT_OUT, Target, rewrite
from tests.gateway.session import scenario as scenarios

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "CONFORMANCE.md"
INTRODUCTION = """# What the session layer does, case by case

Written by `make conformance` from the results of its run; not edited by hand.

## The public acceptance definitions

Scripts of what a counterparty sends and must see, played over TCP against the engine, journal and network of the
gateway with a small echo application:

    python -m tests.conformance.echo_acceptor CONFIG.yaml --port N

Those of FIX 4.2 are played as published, and rewritten by rule for the other versions: `tests/conformance/rewritten.py`
says how, and what is left out because a version has no such message. Stock dictionaries; `reset_on_logon: true`.

| version | played | passed | failed |
| --- | ---: | ---: | --- |
"""
TEST_CASES = """
## The session layer test cases

Of the FIX Trading Community, in our words. Each is shown by text scenarios under `tests/scenarios/session`, played in
memory on fake time, in every version that they name.

| case | what | acceptor | initiator | shown by |
| --- | --- | --- | --- | --- |
"""
MORE = """
## What else is played

Settings and situations beyond the test cases.

| scenario | roles | versions | result |
| --- | --- | --- | --- |
"""


def over_tcp(targets: list[Target]) -> dict[str, dict[str, str]]:
    """For each version the verdicts of its definitions, as `acceptor_process.play` gives them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for target in targets:
            (folder / target.folder).mkdir()
            for path in definitions("fix42"):
                if path.stem not in LEFT_OUT.get(target.folder, ()):
                    text = path.read_bytes() if target.folder == "fix42" else rewrite(path.read_bytes(), target)
                    (folder / target.folder / path.name).write_bytes(text)
        config = folder / "acceptor.yaml"
        config.write_text(configuration(targets, logout_timeout_s=2))
        with echo_acceptor(config) as port:
            verdicts = play(port, [folder / target.folder for target in targets], len(targets))
    return {
        target.folder: {k.partition("/")[2]: v for k, v in verdicts.items() if k.startswith(f"{target.folder}/")}
        for target in targets
    }


def definition_rows(verdicts: dict[str, dict[str, str]]) -> Iterable[str]:
    for version, of_version in verdicts.items():
        failed = [name for name, verdict in of_version.items() if verdict]
        passed = len(of_version) - len(failed)
        yield f"| {version} | {len(of_version)} | {passed} | {', '.join(failed) or '-'} |"


Results = dict[tuple[str, str], list[str]]
"""By scenario and role: a line for each version that failed."""


def in_memory() -> Results:
    results: Results = {}
    for scenario in scenarios.read_scenarios():
        for role in scenario.roles:
            failed = results.setdefault((scenario.path.stem, role), [])
            for version in scenario.versions:
                try:
                    scenarios.play(scenario, role, version)
                except AssertionError as failure:
                    failed.append(f"{version}: {failure}")
    return results


def case_row(case: Case, results: Results) -> str:
    shown = [scenario for scenario in scenarios.read_scenarios() if case.name in scenario.cases]
    cells = []
    for role in ("acceptor", "initiator"):
        plays = [results[scenario.path.stem, role] for scenario in shown if role in scenario.roles]
        if role not in case.roles:
            cells.append("")
        elif not plays:
            cells.append("**not shown**")
        else:
            cells.append("**fails**" if any(plays) else "passes")
    files = ", ".join(scenario.path.stem.partition("_")[2] or scenario.path.stem for scenario in shown)
    return f"| {case.name} | {case.about} | {cells[0]} | {cells[1]} | {files} |"


def other_rows(results: Results) -> Iterable[str]:
    named = {case.name for case in CASES}
    for scenario in scenarios.read_scenarios():
        if named.isdisjoint(scenario.cases):
            failed = any(results[scenario.path.stem, role] for role in scenario.roles)
            roles, versions = " ".join(scenario.roles), " ".join(scenario.versions)
            yield f"| {scenario.path.stem} | {roles} | {versions} | {'**fails**' if failed else 'passes'} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-sockets", action="store_true", help="the scenarios only; writes no page")
    options = parser.parse_args()
    results = in_memory()
    for (name, role), failed in results.items():
        for why in failed:
            print(f"FAIL {name} {role} {why}")
    passed = not any(results.values())
    print(f"scenarios: {len(results)} in {len(scenarios.read_scenarios())} files, all passed: {passed}")
    if options.no_sockets:
        return 0 if passed else 1
    targets = targets_at_hand()
    if not PLAYER.exists() or not definitions("fix42") or not targets:
        print("definitions, their player or stock dictionaries are not at hand: see tests/conformance/definitions.py")
        return 2
    verdicts = over_tcp(targets)
    for version, of_version in verdicts.items():
        for name, verdict in of_version.items():
            if verdict:
                print(f"FAIL {version}/{name} {verdict}")
    rows = [case_row(case, results) for case in CASES]
    page = INTRODUCTION + "\n".join(definition_rows(verdicts)) + "\n"
    page += TEST_CASES + "\n".join(rows) + "\n" + MORE + "\n".join(other_rows(results)) + "\n"
    PAGE.write_text(page)
    count = sum(map(len, verdicts.values()))
    good = passed and not any(verdict for of_version in verdicts.values() for verdict in of_version.values())
    print(f"definitions: {count} of {len(verdicts)} versions; {PAGE.relative_to(ROOT)} is written")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
