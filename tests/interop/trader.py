"""A QuickFIX client that trades: the requests of one FIX version, and what its reports must look like in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.interop.party import Fields, Party
from tests.interop.quickfix_settings import STOCK, write_settings

BUY, SELL = "1", "2"


class Trader(Party):
    """One client session. Orders are limit orders for the day."""

    def __init__(
        self,
        directory: Path,
        begin_string: str,
        comp_id: str,
        target_comp_id: str,
        port: int,
        dictionaries: Path = STOCK,
    ) -> None:
        settings = write_settings(directory, "initiator", begin_string, comp_id, target_comp_id, port, dictionaries)
        super().__init__("quickfix_client", settings)
        self.is_fix42 = begin_string == "FIX.4.2"

    @contextmanager
    def at_work(self) -> Iterator[Self]:
        """Started and logged on; in the end everything it heard is looked at."""
        self.start()
        try:
            self.expect_logon()
            yield self
            self.assert_content()
        finally:
            self.kill()

    # -- requests ------------------------------------------------------------------------------------------------

    def new(self, cl_ord_id: str, symbol: str, side: str, order_qty: int, price: str) -> None:
        self.send(f"35=D|11={cl_ord_id}|55={symbol}|54={side}|38={order_qty}|40=2|44={price}|59=0{self._hand_inst}")

    def replace(self, cl_ord_id: str, orig: str, symbol: str, side: str, order_qty: int, price: str) -> None:
        terms = f"55={symbol}|54={side}|38={order_qty}|40=2|44={price}|59=0{self._hand_inst}"
        self.send(f"35=G|11={cl_ord_id}|41={orig}|{terms}")

    def cancel(self, cl_ord_id: str, orig: str, symbol: str, side: str, order_qty: int) -> None:
        self.send(f"35=F|11={cl_ord_id}|41={orig}|55={symbol}|54={side}|38={order_qty}")

    def ask(self, cl_ord_id: str, symbol: str, side: str) -> None:
        self.send(f"35=H|11={cl_ord_id}|55={symbol}|54={side}")

    @property
    def _hand_inst(self) -> str:
        """HandlInst(21), which FIX 4.2 requires and later versions do not have or need."""
        return "|21=1" if self.is_fix42 else ""

    # -- reports -------------------------------------------------------------------------------------------------

    def expect_report(self, exec_type: str, ord_status: str, text: str) -> Fields:
        """The next message: an ExecutionReport that is complete in this version."""
        message = self.expect(f"35=8|150={exec_type}|39={ord_status}|{text}")
        missing = [tag for tag in (6, 11, 14, 17, 37, 54, 55, 151) if tag not in message]
        assert not missing, f"no {missing} in {message}"
        assert (20 in message) == self.is_fix42, f"ExecTransType(20) belongs to FIX 4.2 only: {message}"
        return message

    def expect_new(self, cl_ord_id: str, order_qty: int) -> Fields:
        return self.expect_report("0", "0", f"11={cl_ord_id}|14=0|151={order_qty}")

    def expect_pending_replace(self, cl_ord_id: str, orig: str) -> Fields:
        return self.expect_report("E", "E", f"11={cl_ord_id}|41={orig}")

    def expect_replaced(self, cl_ord_id: str, orig: str, order_qty: int, price: str) -> Fields:
        return self.expect_report("5", "0", f"11={cl_ord_id}|41={orig}|38={order_qty}|44={price}|151={order_qty}")

    def expect_pending_cancel(self, cl_ord_id: str, orig: str) -> Fields:
        return self.expect_report("6", "6", f"11={cl_ord_id}|41={orig}")

    def expect_canceled(self, cl_ord_id: str, orig: str, cum_qty: int) -> Fields:
        return self.expect_report("4", "4", f"11={cl_ord_id}|41={orig}|14={cum_qty}|151=0")

    def expect_fill(self, cl_ord_id: str, last_qty: int, last_px: str, cum_qty: int, leaves_qty: int) -> Fields:
        """A trade: ExecType(150) is 1 or 2 in FIX 4.2 and F after it."""
        ord_status = "1" if leaves_qty else "2"
        exec_type = ord_status if self.is_fix42 else "F"
        quantities = f"32={last_qty}|31={last_px}|14={cum_qty}|151={leaves_qty}"
        return self.expect_report(exec_type, ord_status, f"11={cl_ord_id}|{quantities}")

    def expect_status(self, cl_ord_id: str, ord_status: str) -> Fields:
        """The answer to `ask`: ExecTransType(20)=3 in FIX 4.2, ExecType(150)=I after it."""
        if self.is_fix42:
            return self.expect(f"35=8|20=3|39={ord_status}|11={cl_ord_id}")
        return self.expect(f"35=8|150=I|39={ord_status}|11={cl_ord_id}")
