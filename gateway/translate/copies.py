"""What a drop copy says beside what the client was told: whose report it is, and where it stands among the copies.

The body is the client's report, rendered anew in the dialect of whoever hears the copy (`gateway.translate.reports`).
OnBehalfOfCompID(115) names the client in every version and in every message; the ExecutionReport(8) besides has the
firms as its version says them: Parties(453) with the executing and the entering firm, ClientID(109) and ExecBroker(76)
in FIX 4.2.
"""

from __future__ import annotations

from oms.order import Order

EXECUTING_FIRM = b"1"  # PartyRole(452)
ENTERING_FIRM = b"7"
ENTERING_TRADER = b"36"


def head(comp_id: str) -> bytes:
    """The last field of the header: OnBehalfOfCompID(115). Nothing for an order that no client has sent."""
    return b"115=%b\x01" % comp_id.encode("latin-1") if comp_id else b""


def firms_of_42(firm: str, comp_id: str) -> bytes:
    """ClientID(109) and ExecBroker(76)."""
    client = b"109=%b\x01" % comp_id.encode("latin-1") if comp_id else b""
    return b"%b76=%b\x01" % (client, firm.encode("latin-1"))


def parties(firm: str, comp_id: str, trader: str) -> bytes:
    """Parties(453), all with PartyIDSource(447)=D: CompIDs, and SenderSubID(50) of the order."""
    entries = [(firm, EXECUTING_FIRM), (comp_id, ENTERING_FIRM), (trader, ENTERING_TRADER)]
    known = [b"448=%b\x01447=D\x01452=%b\x01" % (name.encode("latin-1"), role) for name, role in entries if name]
    return b"453=%d\x01%b" % (len(known), b"".join(known))


def venue_ids(order: Order, exec_id: str) -> bytes:
    """SecondaryOrderID(198) and SecondaryExecID(527): the venue's OrderID and ExecID, where there are such."""
    fields = b"198=%b\x01" % order.venue_order_id.encode("latin-1") if order.venue_order_id else b""
    return fields + (b"527=%b\x01" % exec_id.encode("latin-1") if exec_id else b"")


def algorithm(cl_ord_link_id: str) -> bytes:
    """ClOrdLinkID(583): the algorithm that has sent the order, as far as its client has said so."""
    return b"583=%b\x01" % cl_ord_link_id.encode("latin-1") if cl_ord_link_id else b""


def place(appl_id: str, appl_seq_num: int, appl_last_seq_num: int) -> bytes:
    """ApplicationSequenceControl: ApplID(1180), ApplSeqNum(1181), ApplLastSeqNum(1350)."""
    return b"1180=%b\x011181=%d\x011350=%d\x01" % (appl_id.encode("latin-1"), appl_seq_num, appl_last_seq_num)
