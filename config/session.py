"""The keys of a FIX session. QuickFIX's word for a key is mostly the same words in camel case: reset_on_logon is
ResetOnLogon; `config.quickfix_keys` has them all.

`SessionKeys` is what a session and a template of sessions have in common.
"""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta

from config.records import (
    ONE_OR_MORE,
    CertificateBinding,
    CompId,
    CompIdPattern,
    Count,
    Day,
    Name,
    Network,
    Pattern,
    Positive,
    Record,
    TimeOfDay,
    TlsVersion,
)
from config.secret import Secret
from config.trading import MayTrade

BeginString = Literal["FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"]
ApplVerId = Literal["", "FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIX.5.0", "FIX.5.0SP1", "FIX.5.0SP2"]
APPL_VER_IDS: dict[str, bytes] = {
    "FIX.4.0": b"2", "FIX.4.1": b"3", "FIX.4.2": b"4", "FIX.4.3": b"5", "FIX.4.4": b"6",
    "FIX.5.0": b"7", "FIX.5.0SP1": b"8", "FIX.5.0SP2": b"9",
}  # fmt: skip
"""Values of ApplVerID(1128) and DefaultApplVerID(1137) by the version's name."""


class ConnectTls(Record, frozen=True, kw_only=True):
    """TLS towards a venue. Files are PEM. The venue's certificate is always verified."""

    ca_file: Annotated[str, Meta(description="authorities the venue's certificate must come from; empty: system's")] = (
        ""
    )
    server_name: Annotated[str, Meta(max_length=253, description="name in its certificate; empty for the host")] = ""
    certificate_file: Annotated[str, Meta(description="our certificate, where the venue asks for one")] = ""
    key_file: Annotated[str, Meta(description="its private key; readable by the gateway's user only")] = ""
    minimum_version: Annotated[TlsVersion, Meta(description="an older protocol is refused")] = "1.2"
    cipher_suite: Annotated[
        str, Meta(max_length=1024, description="OpenSSL's list for TLS 1.2; empty for the strong ones it knows")
    ] = ""


class Connect(Record, frozen=True, kw_only=True):
    """Where a session of kind venue calls."""

    host: Annotated[str, Meta(min_length=1, description="name or address of the venue")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="its TCP port")] = 9879
    tls: Annotated[ConnectTls | None, Meta(description="without it the call is plain TCP")] = None


class Throttle(Record, frozen=True, kw_only=True):
    """How many requests one session may send. What is above it is refused, never delayed."""

    messages: Annotated[Count, Meta(description="orders, replaces and queries per interval")] = 1000
    interval_ms: Annotated[int, Meta(ge=1, le=86_400_000, description="length of the interval")] = 1000
    cancel_messages: Annotated[
        Count, Meta(description="cancels per interval, counted apart: leaving is always near")
    ] = 2000


class SessionThrottle(Throttle, frozen=True, kw_only=True):
    """The throttle of one session, in place of the one in `limits`."""

    logout_messages: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000,
            description="refusals for the throttle per interval that are too many: Logout; 0 for never",
        ),
    ] = 0


class Copies(Record, frozen=True, kw_only=True):
    """Whose reports a session of kind drop_copy hears. In patterns * stands for any letters, ? for one."""

    accounts: Annotated[
        tuple[Pattern, ...], Meta(description="patterns of Account(1); empty for all, and for orders without one")
    ] = ()
    sessions: Annotated[
        tuple[Pattern, ...],
        Meta(description="patterns of the names of clients' sessions; empty for all, and for orders that have none"),
    ] = ()
    symbols: Annotated[tuple[Pattern, ...], Meta(description="patterns of Symbol(55); empty for all")] = ()
    cancel_rejects: Annotated[
        bool, Meta(description="it also hears of refused cancels and replaces: OrderCancelReject(9)")
    ] = True


class SessionKeys(Record, frozen=True, kw_only=True):
    """What sessions and templates of sessions have in common."""

    kind: Annotated[
        Literal["client", "drop_copy", "venue"],
        Meta(description="client sends orders; drop_copy hears the reports of others; venue is where we send orders"),
    ] = "client"
    begin_string: Annotated[BeginString, Meta(description="BeginString(8)")]
    sender_comp_id: Annotated[CompId, Meta(description="our own CompID: SenderCompID(49) of what we send")] = "FIXGATE"
    default_appl_ver_id: Annotated[
        ApplVerId, Meta(description="DefaultApplVerID(1137); required with FIXT.1.1, meaningless without")
    ] = ""

    # -- who may log on ------------------------------------------------------------------------------------------------
    username: Annotated[
        str, Meta(max_length=256, description="Username(553): ours at a venue; what a client must say; empty for none")
    ] = ""
    password: Annotated[
        Secret | None, Meta(description="Password(554) of our Logon to a venue, as env:NAME or file:PATH")
    ] = None
    password_hash: Annotated[
        Secret | None, Meta(description="hash that a client's Password(554) must have, as env:NAME or file:PATH")
    ] = None
    client_certificate: Annotated[
        tuple[CertificateBinding, ...],
        ONE_OR_MORE,
        Meta(
            description="certificates that may log on: CN=name, SAN=name or SHA256=digest, any of the list; empty: any"
        ),
    ] = ()
    allowed_remote_addresses: Annotated[
        tuple[Network, ...], Meta(description="networks this session may be used from; empty for all of the door's")
    ] = ()

    # -- hours ---------------------------------------------------------------------------------------------------------
    start_time: Annotated[
        TimeOfDay | None, Meta(description="HH:MM:SS at which the session starts; none of these keys: it never ends")
    ] = None
    end_time: Annotated[
        TimeOfDay | None, Meta(description="HH:MM:SS at which it ends: both numbers go to 1, also if = start_time")
    ] = None
    start_day: Annotated[Day | None, Meta(description="with end_day: one session a week, from this day on")] = None
    end_day: Annotated[Day | None, Meta(description="day on which the session of a week ends")] = None
    weekdays: Annotated[
        tuple[Day, ...], Meta(description="days on which a session starts; empty for all; not with start_day")
    ] = ()
    time_zone: Annotated[
        str, Meta(min_length=1, max_length=64, description="zone of all these times, as Europe/Zurich")
    ] = "UTC"
    logon_time: Annotated[
        TimeOfDay | None,
        Meta(description="Logons are taken from then on only; start_time when just logout_time is given"),
    ] = None
    logout_time: Annotated[
        TimeOfDay | None, Meta(description="until when; then it is logged out; end_time when just logon_time is given")
    ] = None
    logon_day: Annotated[Day | None, Meta(description="day of logon_time in the session of a week")] = None
    logout_day: Annotated[Day | None, Meta(description="day of logout_time in the session of a week")] = None
    non_stop_session: Annotated[
        bool, Meta(description="never ends, never resets: the hours that session_defaults name are not for it")
    ] = False
    reset_seq_time: Annotated[
        TimeOfDay | None, Meta(description="HH:MM:SS at which both numbers go to 1, without a Logout; no other hours")
    ] = None

    # -- numbers -------------------------------------------------------------------------------------------------------
    reset_on_logon: Annotated[
        bool, Meta(description="both numbers to 1 at each Logon; what was not fetched before stays unfetched")
    ] = False
    reset_on_logout: Annotated[bool, Meta(description="both numbers to 1 after a regular Logout")] = False
    reset_on_disconnect: Annotated[bool, Meta(description="both numbers to 1 when the connection is lost")] = False
    send_next_expected_msg_seq_num: Annotated[
        bool, Meta(description="NextExpectedMsgSeqNum(789) in our Logon; who says what it expects is sent it")
    ] = False
    enable_last_msg_seq_num_processed: Annotated[
        bool, Meta(description="LastMsgSeqNumProcessed(369) in every message we send")
    ] = False
    resend_request_chunk_size: Annotated[
        int, Meta(ge=0, le=1_000_000, description="most messages one ResendRequest(2) of ours asks for; 0 for all")
    ] = 0
    closed_resend_interval: Annotated[
        bool, Meta(description="EndSeqNo(16) of our ResendRequest(2) is the last one missing, not 0 (or 999999)")
    ] = False
    send_redundant_resend_requests: Annotated[
        bool, Meta(description="ask again for what is asked for already, at each message above the gap")
    ] = False
    resend_requests_max: Annotated[
        int,
        Meta(
            ge=1, le=100, description="times the same messages are asked for, by us or by the peer, before we log out"
        ),
    ] = 3
    resend_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="our ResendRequest(2) without progress is repeated after it")
    ] = 30
    persist_messages: Annotated[
        bool, Meta(description="false: what we sent is not sent again, a gap is filled instead")
    ] = True

    # -- what is checked -----------------------------------------------------------------------------------------------
    check_comp_id: Annotated[bool, Meta(description="49 and 56 of every message must be the session's")] = True
    on_behalf_of_comp_ids: Annotated[
        tuple[CompId, ...], Meta(description="the only OnBehalfOfCompID(115) the peer may state; empty for any")
    ] = ()
    deliver_to_comp_ids: Annotated[
        tuple[CompId, ...], Meta(description="the only DeliverToCompID(128) the peer may state; empty for any")
    ] = ()
    sender_sub_ids: Annotated[
        tuple[CompId, ...], Meta(description="the only SenderSubID(50) the peer may state; empty for any")
    ] = ()
    target_sub_ids: Annotated[
        tuple[CompId, ...], Meta(description="the only TargetSubID(57) the peer may state; empty for any")
    ] = ()
    check_latency: Annotated[bool, Meta(description="SendingTime(52) must be near our clock")] = True
    max_latency_s: Annotated[int, Meta(ge=1, le=86400, description="how near, either way")] = 120
    requires_orig_sending_time: Annotated[
        bool, Meta(description="a message with PossDupFlag(43)=Y must have OrigSendingTime(122)")
    ] = True
    allow_pos_dup: Annotated[
        bool, Meta(description="PossDupFlag(43) and OrigSendingTime(122) set on our side stay in our messages")
    ] = False
    use_data_dictionary: Annotated[
        bool, Meta(description="false: only the header is judged; the dictionary just says which fields are groups")
    ] = True
    rules_of_engagement: Annotated[
        str,
        Meta(
            max_length=4096,
            description="what a client may send: standard (also if empty), single_orders, questions, or a YAML file",
        ),
    ] = ""
    data_dictionary: Annotated[str, Meta(description="QuickFIX XML for FIX.4.x; empty for our own")] = ""
    transport_data_dictionary: Annotated[str, Meta(description="QuickFIX XML of FIXT.1.1; empty for our own")] = ""
    app_data_dictionary: Annotated[str, Meta(description="QuickFIX XML of FIX.5.0x; empty for our own")] = ""
    validate_length_and_checksum: Annotated[bool, Meta(description="BodyLength(9) and CheckSum(10) must be right")] = (
        True
    )
    validate_fields_out_of_order: Annotated[bool, Meta(description="header fields in the body are faults")] = True
    validate_fields_have_values: Annotated[bool, Meta(description="fields without a value are faults")] = True
    validate_user_defined_fields: Annotated[bool, Meta(description="unknown tags from 5000 are faults")] = True
    allow_unknown_msg_fields: Annotated[bool, Meta(description="tags below 5000 a message does not have may stand")] = (
        False
    )
    allow_unknown_enum_values: Annotated[bool, Meta(description="values that a field does not list may stand")] = False
    validate_unordered_group_fields: Annotated[
        bool, Meta(description="fields of a group in another order than the dictionary's are faults")
    ] = True
    first_field_in_group_is_delimiter: Annotated[
        bool, Meta(description="entries of a group begin with the field its first entry begins with")
    ] = False
    reject_invalid_message: Annotated[
        bool, Meta(description="false: a venue's message is used although it breaks the dictionary, with a warning")
    ] = True
    reject_garbled_message: Annotated[
        bool, Meta(description="a garbled message with a number is answered by Reject(3), not passed over")
    ] = False
    message_bytes_max: Annotated[
        int, Meta(ge=256, le=16_777_216, description="largest message taken, known by BodyLength(9) before buffering")
    ] = 65536
    fields_max: Annotated[int, Meta(ge=16, le=1000, description="most fields of one message")] = 1000
    group_entries_max: Annotated[int, Meta(ge=1, le=1000, description="most entries of one repeating group")] = 100

    # -- time ----------------------------------------------------------------------------------------------------------
    heart_bt_int_s: Annotated[int, Meta(ge=0, le=86400, description="HeartBtInt(108) we ask a venue for")] = 30
    heart_bt_int_s_min: Annotated[
        int, Meta(ge=0, le=86400, description="least HeartBtInt(108) a client may ask for; 0 allows none at all")
    ] = 1
    heart_bt_int_s_max: Annotated[int, Meta(ge=0, le=86400, description="most a client may ask for")] = 3600
    heart_bt_int_override_s: Annotated[
        int,
        Meta(ge=0, le=86400, description="HeartBtInt(108) of the session, whatever the client asks for; 0: its own"),
    ] = 0
    test_request_delay_multiplier: Annotated[
        Positive, Meta(description="silence of HeartBtInt x (1 + this) asks a TestRequest(1)")
    ] = Decimal("0.2")
    heart_beat_timeout_multiplier: Annotated[
        Positive, Meta(description="silence of HeartBtInt x (1 + this) ends the connection")
    ] = Decimal("1.4")
    disable_heart_beat_check: Annotated[
        bool, Meta(description="a silent peer is neither tested nor given up; TCP alone finds it dead")
    ] = False
    logon_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="a venue's time to answer our Logon; for clients it is the door's")
    ] = 10
    logout_timeout_s: Annotated[int, Meta(ge=1, le=3600, description="wait for the answer to our Logout")] = 2
    timestamp_precision: Annotated[
        int, Meta(ge=0, le=9, description="digits of the second's fraction that we write; FIX.4.0 and 4.1 write none")
    ] = 3

    # -- towards a venue -----------------------------------------------------------------------------------------------
    connect: Annotated[
        tuple[Connect, ...], ONE_OR_MORE, Meta(description="where a session of kind venue calls; several: in turn")
    ] = ()
    reconnect_interval_s: Annotated[int, Meta(ge=1, le=86400, description="pause between two calls to a venue")] = 30
    host_selection_policy: Annotated[
        Literal["round_robin", "priority"],
        Meta(description="whom to call after a loss: the next of the list, or the first that answers"),
    ] = "round_robin"
    host_selection_policy_priority_start_over_interval_s: Annotated[
        int, Meta(ge=1, le=86400, description="with priority: after so long the first of the list is tried again")
    ] = 120

    # -- slow, gone or too fast ----------------------------------------------------------------------------------------
    slow_consumer_bytes_max: Annotated[
        int, Meta(ge=65536, le=1 << 30, description="a peer with more than this unread is cut; it finds all by resend")
    ] = 4 << 20
    slow_consumer_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="a peer that reads nothing for so long is cut")
    ] = 10
    session_messages_per_s: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="TestRequests and the like, and rejected messages; more: Logout; 0: any"),
    ] = 50
    session_messages_burst: Annotated[
        int, Meta(ge=1, le=1_000_000, description="how many of these it may send at once")
    ] = 200
    cancel_on_disconnect: Annotated[
        Literal["none", "logout", "disconnect", "both"],
        Meta(description="its open orders are canceled after a Logout, after a loss of the connection, or both"),
    ] = "none"
    cancel_on_disconnect_grace_s: Annotated[
        int, Meta(ge=0, le=3600, description="who is back by then keeps its orders")
    ] = 0
    cancel_on_disconnect_keep: Annotated[
        tuple[Literal["DAY", "GOOD_TILL_CANCEL"], ...], Meta(description="TimeInForce(59) of orders that stay")
    ] = ("GOOD_TILL_CANCEL",)
    throttle: Annotated[
        SessionThrottle | None, Meta(description="how many requests it may send, in place of limits.throttle")
    ] = None

    # -- orders --------------------------------------------------------------------------------------------------------
    accounts: Annotated[tuple[str, ...], Meta(description="Account(1) values a client may use; empty for any")] = ()
    may_trade: Annotated[MayTrade | None, Meta(description="what it may trade; without it anything")] = None
    report_pending: Annotated[
        tuple[Literal["new", "cancel", "replace"], ...],
        Meta(description="requests answered at once as Pending (39=A, 6, E), before the venue has spoken"),
    ] = ("cancel", "replace")
    restate_gt_orders: Annotated[
        bool, Meta(description="each trading day it is told that its orders of days before stand (ExecType D)")
    ] = True
    kill_switch: Annotated[
        bool, Meta(description="it may stop its own session: a mass cancel (q, 530=7) with Text(58) KILL_SWITCH")
    ] = False

    # -- copies ----------------------------------------------------------------------------------------------------
    copies: Annotated[
        Copies, Meta(description="whose reports a session of kind drop_copy hears; those of all when left out")
    ] = Copies()

    @property
    def default_appl_ver_id_value(self) -> bytes:
        """DefaultApplVerID(1137) as on the wire; b"" when there is none."""
        return APPL_VER_IDS.get(self.default_appl_ver_id, b"")


class SessionConfig(SessionKeys, frozen=True, kw_only=True):
    """One FIX session."""

    name: Annotated[Name, Meta(description="key in journal, logs and commands; never rename: its numbers hang on it")]
    target_comp_id: Annotated[CompId, Meta(description="the counterparty's CompID")]


class SessionTemplate(SessionKeys, frozen=True, kw_only=True):
    """Sessions that are made when somebody fits for the first time: at the Logon of an unknown TargetCompID."""

    name: Annotated[Name, Meta(description="begins the name of every session it makes: NAME.TARGETCOMPID")]
    target_comp_id_pattern: Annotated[
        CompIdPattern, Meta(description="CompIDs that fit: * stands for any letters, ? for one")
    ]
    sessions_max: Annotated[int, Meta(ge=1, le=100_000, description="most sessions it makes")] = 100

    def fits(self, target_comp_id: str) -> bool:
        """Whether a session can be made for this CompID: it is in the pattern and can be part of a name."""
        plain = all(c.isalnum() or c in "_.-" for c in target_comp_id) and target_comp_id.isascii()
        within = target_comp_id != "" and len(self.name) + 1 + len(target_comp_id) <= 64
        return plain and within and fnmatchcase(target_comp_id, self.target_comp_id_pattern)

    def session(self, target_comp_id: str) -> SessionConfig:
        """The session of this CompID, which fits."""
        assert self.fits(target_comp_id), target_comp_id
        shared = {key: getattr(self, key) for key in SessionKeys.__struct_fields__}
        return SessionConfig(name=f"{self.name}.{target_comp_id}", target_comp_id=target_comp_id, **shared)
