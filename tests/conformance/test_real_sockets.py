"""Some of the definitions over TCP against the echo acceptor as a process: one of each way a connection goes. All of
them, of every version, are played by `make conformance`; in memory all are played by `test_definitions`."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.acceptor_process import PLAYER, configuration, echo_acceptor, play, targets_at_hand
from tests.conformance.definitions import definitions
from tests.conformance.rewritten import LEFT_OUT, rewrite

CHOSEN = {
    "1a_ValidLogonMsgSeqNumTooHigh",
    "1b_DuplicateIdentity",
    "1c_InvalidTargetCompID",
    "1d_InvalidLogonBadSendingTime",
    "1d_InvalidLogonLengthInvalid",
    "1e_NotLogonMessage",
    "20_SimultaneousResendRequest",
    "2m_BodyLengthValueNotCorrect",
    "2r_UnregisteredMsgType",
    "8_AdminAndApplicationMessages",
    "AlreadyLoggedOn",
}
PATHS = [path for path in definitions("fix42") if path.stem in CHOSEN]

if PATHS and PLAYER.exists():

    def test_definitions_pass_over_tcp(tmp_path: Path) -> None:
        targets = targets_at_hand()
        wanted = set()
        for target in targets:
            folder = tmp_path / target.folder
            folder.mkdir()
            for path in PATHS:
                if path.stem not in LEFT_OUT.get(target.folder, ()):
                    (folder / path.name).write_bytes(rewrite(path.read_bytes(), target))
                    wanted.add(f"{target.folder}/{path.stem}")
        config = tmp_path / "acceptor.yaml"
        config.write_text(configuration(targets, logout_timeout_s=1))
        with echo_acceptor(config) as port:
            verdicts = play(port, (tmp_path / target.folder for target in targets), len(targets))
        assert {name: verdict for name, verdict in verdicts.items() if verdict} == {}
        assert set(verdicts) == wanted
