"""X12 as partners write it, spelled out so that a test shows what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

LINE = ("PO1", "1", "12", "EA", "1.25", "", "VN", "A")


def isa(control: str = "000000007", *, sender: str = "CUSTOMER", receiver: str = "STOCKROOM") -> str:
    return f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{receiver:15}*110630*1405*U*00401*{control}*0*P*>"


def order(
    number: str = "PO-1",
    *lines: Sequence[str],
    control: str = "0001",
    head: Sequence[Sequence[str]] = (),
    purpose: str = "00",
    said: int | None = None,
) -> list[str]:
    """Return a transaction set of segments without terminators; ``said`` is what its SE counts."""
    lines = lines or (LINE,)
    body = [("BEG", purpose, "SA", number, "", "20110630"), *head, *lines]
    segments = ["*".join(segment) for segment in body]
    return [f"ST*850*{control}", *segments, f"SE*{said or len(segments) + 2}*{control}"]


def group(*transactions: Sequence[str], control: str = "7", kind: str = "PO", said: int | None = None) -> list[str]:
    inner = [segment for transaction in transactions for segment in transaction]
    head = f"GS*{kind}*CUSTOMERAPP*STOCKROOMAPP*20110630*1405*{control}*X*004010"
    return [head, *inner, f"GE*{said or len(transactions)}*{control}"]


def interchange(*groups: Sequence[str], control: str = "000000007", said: int | None = None) -> str:
    segments = [isa(control), *(segment for each in groups for segment in each), f"IEA*{said or len(groups)}*{control}"]
    return "".join(f"{segment}~\n" for segment in segments)


def written(folder: Path, text: str | bytes, name: str = "order.edi") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
