"""The report of a drill, for machines and for people."""

from __future__ import annotations

import hashlib

import msgspec

from gateway.drill.kill_switch import Result

_LABELS = {
    "flag_is_durable_and_answered": "the flag is durable, and answered",
    "first_refusal_at_client": "first refusal read by the client",
    "first_cancel_decided": "first cancel decided and in the journal's turn",
    "last_cancel_decided": "last cancel decided and in the journal's turn",
    "first_cancel_at_venue": "first cancel taken by the exchange",
    "last_cancel_at_venue": "last cancel taken by the exchange",
    "first_canceled_report_at_client": "first Canceled (150=4) read by the client",
    "last_canceled_report_at_client": "last Canceled (150=4) read by the client",
}


def as_json(result: Result) -> bytes:
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def as_markdown(result: Result) -> str:
    """The same for people, with the digest of the JSON, so that the one proves the other."""
    plan = result.plan
    verdict = "PASSED" if not result.findings else "FAILED"
    what = (
        f"{result.at}, scope `{plan['scope']}`, engaged by {plan['operator']}, release approved by {plan['approver']}; "
        f"{plan['resting']} orders at the exchange, {plan['rate']} new orders a second."
    )
    lines = [
        f"# Kill switch drill: {verdict}",
        "",
        what,
        "",
        "| from the command to | ms |",
        "| --- | ---: |",
        *(
            f"| {_LABELS[name]} | {'-' if ms is None else ms} |"
            for name, ms in msgspec.structs.asdict(result.ms).items()
        ),
        "",
        "| orders | |",
        "| --- | ---: |",
        *(f"| {name.replace('_', ' ')} | {count} |" for name, count in result.orders.items()),
        "",
        "| venue | asked | canceled | filled | rejected | unanswered |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {venue} | {' | '.join(str(count) for count in counts.values())} |" for venue, counts in
          result.outcome.items()),
        "",
        *(f"Release {who}: {told}." for who, told in result.release.items()),
        "",
        *(f"FINDING: {finding}." for finding in result.findings),
        *([""] if result.findings else []),
        f"SHA-256 of the JSON report: {hashlib.sha256(as_json(result)).hexdigest()}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
