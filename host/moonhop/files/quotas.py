"""Quotas: how many bytes nodes and applications may keep, old versions included.

What somebody writes or appends is charged to them until the last version that has it is gone.
History (old versions, removed files) gives way to what is new (files/giving_way.py). All functions
here run within a transaction.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from moonhop.files.errors import FileError, QuotaReached
from moonhop.sizes import shown

DEFAULT = 1 << 30  # bytes that a node or an application may keep if nobody has said otherwise


@dataclass(frozen=True)
class Account:
    """``node:ID`` or ``app:NAME``, with the bytes that it keeps and may keep."""

    account: str
    used: int
    quota: int

    def lacks(self, size: int) -> bool:
        """Tell whether it may not keep so many bytes more."""
        return self.used + size > self.quota

    def check(self, size: int) -> None:
        """Raise QuotaReached if it may not keep so many bytes more, now that no history counts."""
        if self.lacks(size):
            raise QuotaReached(
                f"{self.account} may keep {shown(self.quota)} of files, has {shown(self.used)} "
                f"and wants {shown(size)} more; give it more: moonhop fs quota {self.account} SIZE "
                "(old versions and removed files are not counted, they give way)"
            )


def charge(db: sqlite3.Connection, accounts: Iterable[str], body: int, size: int) -> None:
    """Charge bytes of a body. Raises QuotaReached if one of the accounts may not keep so many."""
    for account in accounts:
        account_of(db, account).check(size)
        db.execute(
            "INSERT INTO accounts (account, used) VALUES (?1, ?2)"
            " ON CONFLICT DO UPDATE SET used = used + ?2",
            (account, size),
        )
        db.execute(
            "INSERT INTO charges VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET bytes = bytes + ?3",
            (body, account, size),
        )


def tightest(db: sqlite3.Connection, accounts: Iterable[str]) -> Account | None:
    """Return the one of the accounts that may keep the fewest bytes more; None: no bound."""
    found = (account_of(db, account) for account in accounts)
    return min(found, key=lambda each: each.quota - each.used, default=None)


def release(db: sqlite3.Connection, body: int) -> None:
    """Charge nobody for a body any more."""
    db.execute(
        "UPDATE accounts SET used = used - bytes FROM charges"
        " WHERE charges.body = ? AND charges.account = accounts.account",
        (body,),
    )
    db.execute("DELETE FROM charges WHERE body = ?", (body,))


def set_quota(db: sqlite3.Connection, account: str, quota: int | None) -> Account:
    """Set what an account may keep, in bytes; None: the default. Raises FileError."""
    kind, _, name = account.partition(":")
    if kind not in ("node", "app") or not name:
        raise FileError(f"a quota is for node:ID or app:NAME, not for {account!r}")
    if quota is not None and quota < 0:
        raise FileError(f"a quota is a number of bytes from 0 on, not {quota}")
    db.execute(
        "INSERT INTO accounts (account, quota) VALUES (?1, ?2)"
        " ON CONFLICT DO UPDATE SET quota = ?2",
        (account, quota),
    )
    return account_of(db, account)


def usage(db: sqlite3.Connection) -> list[Account]:
    """Return all accounts that keep something or have a quota of their own."""
    rows = db.execute(
        "SELECT account, used, coalesce(quota, ?) FROM accounts"
        " WHERE used > 0 OR quota IS NOT NULL ORDER BY account",
        (DEFAULT,),
    )
    return [Account(*row) for row in rows]


def account_of(db: sqlite3.Connection, account: str) -> Account:
    """Return what an account keeps, history included, and may keep."""
    row = db.execute("SELECT used, quota FROM accounts WHERE account = ?", (account,)).fetchone()
    used, quota = row or (0, None)
    return Account(account, used, DEFAULT if quota is None else quota)
