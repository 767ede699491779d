"""`fixgate session ...` and `fixgate reload`: what operators do to sessions, and why numbers are what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import NobodyAnswers, answer_of, ask, door_of, login_name, refuse

DEFAULT_CONFIG = Path("config/demo.yaml")
DEFAULT_DOOR = "run/fixgate.sock"

session_app = typer.Typer(help="Look at sessions and put their numbers right.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="name of the session in the YAML file")]
Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]
Reason = Annotated[str, typer.Option(help="why; it is written into the journal")]
Operator = Annotated[str, typer.Option(help="who; the login name by default")]


@session_app.command("list")
def list_sessions(config: Config = DEFAULT_CONFIG) -> None:
    """Every session of a running gateway: state, numbers, hours."""
    answer = cast("dict[str, Any]", answer_of(config, "GET", "/sessions"))
    for session in answer["sessions"]:
        print(_line(session))


@session_app.command("logout")
def log_out(name: Name, reason: Reason, operator: Operator = "", config: Config = DEFAULT_CONFIG) -> None:
    """End a session in good order. Its peer may come back at once; a venue is called again by ourselves."""
    body = {"session": name, "operator": login_name(operator), "reason": reason}
    print(_line(cast("dict[str, Any]", answer_of(config, "POST", "/session/logout", body))))


@session_app.command("reset")
def reset(
    name: Name,
    reason: Reason,
    sender: Annotated[int | None, typer.Option(min=1, help="next MsgSeqNum(34) that we send")] = None,
    target: Annotated[int | None, typer.Option(min=1, help="next MsgSeqNum(34) that we expect")] = None,
    operator: Operator = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Set both numbers to 1, or to what is given. Logged on, the peer is told by ResetSeqNumFlag(141)=Y."""
    body = {"session": name, "operator": login_name(operator), "reason": reason, "sender": sender, "target": target}
    print(_line(cast("dict[str, Any]", answer_of(config, "POST", "/session/reset", body))))


@session_app.command("news")
def news(
    headline: Annotated[str, typer.Argument(help="Headline(148)")],
    lines: Annotated[list[str], typer.Argument(help="Text(58), line by line")],
    operator: Operator = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send a News(B), of maintenance for example, to every client that is logged on."""
    body = {"headline": headline, "lines": lines, "operator": login_name(operator)}
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/news", body))
    print(f"told: {', '.join(answer['told']) or 'nobody is logged on'}")


@session_app.command("explain")
def explain(
    name: Name,
    logon_seq: Annotated[int | None, typer.Option(min=1, help="MsgSeqNum(34) of the Logon to try")] = None,
    next_expected: Annotated[int | None, typer.Option(min=1, help="its NextExpectedMsgSeqNum(789)")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Why the numbers are what they are, and what would happen if the peer logged on now. Of a running gateway, or,
    when none answers, from its journal."""
    door = door_of(config)
    body = {"session": name, "logon_seq": logon_seq, "next_expected": next_expected}
    try:
        code, answer = ask(door, "POST", "/session/explain", body)
    except NobodyAnswers:
        code, answer = 200, _explain_stopped(config, name, logon_seq, next_expected)
    explained = cast("dict[str, Any]", answer)
    if code != 200:
        refuse(str(explained["error"]))
    print(_told(explained))


def reload(
    config: Annotated[Path, typer.Argument(help="YAML file that the gateway runs on")] = DEFAULT_CONFIG,
    operator: Operator = "",
    socket: Annotated[str, typer.Option(help="the operators' socket, where the file cannot say it")] = "",
) -> None:
    """Have a running gateway read its configuration again: sessions come, change and go without touching the others."""
    from config.load import ConfigRefused, load_gateway

    if not socket:
        try:
            socket = load_gateway(config).admin.socket
        except ConfigRefused:
            socket = DEFAULT_DOOR  # the gateway is to read it itself, and to have the refusal in its log
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/reload", {"operator": login_name(operator)}, socket))
    print("\n".join(answer["changes"]) or "nothing has changed")


def _explain_stopped(config: Path, name: str, logon_seq: int | None, next_expected: int | None) -> object:
    from gateway.operators.explain_stopped import explain_stopped
    from gateway.store.store_files import JournalRefused

    try:
        return explain_stopped(config, name, logon_seq, next_expected)
    except (JournalRefused, ValueError) as refused:
        refuse(str(refused))


def _line(session: dict[str, Any]) -> str:
    return (
        f"{session['session']:16} {session['role']:9} {session['state']:15} generation {session['generation']}, "
        f"out {session['next_sender_msg_seq_num']}, in {session['next_target_msg_seq_num']}, "
        f"hours {session['schedule']['hours']}{' (removed)' if session.get('is_removed') else ''}"
    )


def _told(explained: dict[str, Any]) -> str:
    """The whole explanation, for a person."""
    trial = explained["if_it_logs_on_now"]
    asked = f"MsgSeqNum(34)={trial['msg_seq_num']}"
    if trial["next_expected_msg_seq_num"] is not None:
        asked += f", NextExpectedMsgSeqNum(789)={trial['next_expected_msg_seq_num']}"
    lines = [
        f"{explained['session']} ({explained['role']}) is {explained['state']}",
        f"  generation {explained['generation']}",
        f"  next MsgSeqNum(34) to send {explained['next_sender_msg_seq_num']}",
        f"  next MsgSeqNum(34) to expect {explained['next_target_msg_seq_num']}",
        *(f"  {key.replace('_', ' ')}: {value}" for key, value in explained["schedule"].items()),
        "what has moved the numbers, but for plain counting:",
        *(f"  {line}" for line in explained["history"] or ["nothing yet"]),
        f"if its peer's Logon came now with {asked}: {trial['verdict']}",
        *(f"  {line}" for line in trial["steps"]),
    ]
    return "\n".join(lines)
