"""Files that are wrong on purpose: cut short, with flipped bits, and built to do harm."""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Parts = dict[str, bytes]


def parts_of(whole: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def zipped(parts: Parts, *, deflated: bool = False, more: list[tuple[str, bytes]] | None = None) -> bytes:
    """A zip file of parts; `more` may hold names once again."""
    made = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", kind) as archive:
        warnings.simplefilter("ignore")
        for name, data in [*parts.items(), *(more or [])]:
            archive.writestr(name, data)
    return made.getvalue()


def bundle(parts: Parts, manifest: dict[str, Any] | None = None) -> bytes:
    """A bundle whose manifest agrees with its parts, but for what is said otherwise."""
    inner = {name: data for name, data in parts.items() if name != "manifest.json"}
    said = {
        "format": "typedgrad bundle",
        "version": 1,
        "parts": {n: {"bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in inner.items()},
        **(manifest or {}),
    }
    return zipped({**inner, "manifest.json": json.dumps(said).encode()})


def tensors(header: bytes | dict[str, Any], data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype: Any, shape: Any, begin: Any, end: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def bad_tensors(dice: random.Random) -> Iterator[bytes]:
    """Bytes that are nearly in the safetensors format."""
    four = b"\x00\x00\x80?"
    yield b""
    yield b"\x01"
    for length in (0, 1, 2**31, 2**63, 2**64 - 1, 100_000_000):
        yield struct.pack("<Q", length) + b"{}"
    for text in (
        b"", b"[]", b"3", b'"x"', b"{", b"{}}", b"\xff\xfe", b"null", b"NaN", b'{"a": NaN}', b'{"a": Infinity}',
        b'{"a": 1e999}', b'{"a":{}}', b'{"a":[]}', b"[" * 200_000, b'{"a":' * 50_000, b"9" * 10_000,
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        b'{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', b'{"__metadata__":{"a":1}}',
        b'{"__metadata__":[]}', b'{"a":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    ):  # fmt: skip
        yield tensors(text, four)
    wrongs: tuple[Any, ...] = (
        entry("F31", [1], 0, 4), entry("F32", [2], 0, 4), entry("F32", [1], 0, 8), entry("F32", [1], 4, 8),
        entry("F32", [-1], 0, 4), entry("F32", [1.0], 0, 4), entry("F32", [True], 0, 4), entry("F32", "1", 0, 4),
        entry("F32", None, 0, 4), entry("F32", [2**62, 2**62], 0, 4), entry("F32", [2**64], 0, 4),
        entry("F32", [2**31, 2**31, 4], 0, 4), entry("F32", [0, 2**63 - 1], 0, 0), entry("F32", [1] * 65, 0, 4),
        entry("F32", [1] * 100_000, 0, 4), entry("F32", [1], -4, 0), entry("F32", [1], 4, 0),
        entry("F32", [1], 0, 2**63),
        entry("F32", [1], 0.0, 4.0), entry("F32", [1], "0", "4"), entry(None, [1], 0, 4), entry(["F32"], [1], 0, 4),
        entry("F32", [0], 2**62, 2**62), entry("F4", [8], 0, 4), entry("OBJECT", [1], 0, 4), entry("F32", [[1]], 0, 4),
        {**entry("F32", [1], 0, 4), "more": 1}, {"dtype": "F32"}, {}, [], 7, None,
    )  # fmt: skip
    for wrong in wrongs:
        yield tensors({"w": wrong}, four)
    yield tensors({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 0, 4)}, four)
    yield tensors({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 2, 6)}, four * 2)
    yield tensors({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 8, 12)}, four * 3)
    yield tensors({"a": entry("F32", [1], 0, 4)}, four * 3)
    yield tensors({"a": entry("F32", [1], 4, 8)}, four * 2)
    yield tensors({f"t{i}": entry("F32", [1], 0, 4) for i in range(20_000)}, four)
    yield tensors({"x" * 1_000_000: entry("F32", [2], 0, 4)}, four)
    yield tensors({"../../etc/passwd": entry("F32", [2], 0, 4)}, four)
    yield tensors(b'{"a":[' + b"0," * 900_000 + b"0]}", four)
    yield tensors(b'{"a":{"dtype":"F32","shape":[' + b"0," * 2_000_000 + b'0],"data_offsets":[0,0]}}')
    yield tensors(bytes(dice.randrange(256) for _ in range(dice.randrange(100))), four)


def bad_documents() -> Iterator[bytes]:
    """Texts that are no JSON documents of a bundle."""
    yield from (b"", b"{", b"[]", b"3", b"null", b'{"kind": NaN}', b"\xff", b'{"kind": 1, "kind": 2}', b"[" * 300_000)
    yield b'{"a": ' + b"7" * 5_000 + b"}"
    yield b"[" + b"[]," * 1_500_000 + b"[]]"
    yield b'{"kind": "' + b"x" * (1 << 24) + b'"}'
    yield b'{"kind": {"__reduce__": ["os.system", ["true"]]}, "network": {"class": "os.system", "args": ["true"]}}'
    yield b"!!python/object/apply:os.system ['true']"
    yield b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."


TREES: tuple[Any, ...] = (
    {"tensor": "nowhere"}, {"tensor": 7}, {"tensor": "state", "more": 1}, {"named": "os.system", "fields": {}},
    {"named": "AdamState", "fields": {}}, {"named": "AdamState", "fields": {"step": 0}}, {"named": ["AdamState"]},
    {"named": "Position", "fields": {"epochs": -1}}, {"tuple": 3}, {"list": {}}, {"dict": [[1]]},
    {"dict": [[1, 2], [1, 3]]}, {"dict": [[[], 2]]}, {"dict": {"a": 1}}, {"float": "one"}, {"float": 1.0},
    {"key": [1]}, {"key": ["a", "b"]}, {"key": [1, 2, 3]}, {"eval": "1+1"}, {}, [], [1, 2], True, 3, "x", 1e308,
    {"class": "typedgrad.nn.Dense"}, {"state": "nowhere"}, {"list": [{"list": [{"list": [{}]}]}]}, {"int": 3},
    {"named": "PlateauState", "fields": {"value": 1, "best": 2, "waited": 3, "resting": {"tensor": "x"}}},
)  # fmt: skip


def bad_trees(training: bytes) -> Iterator[bytes]:
    """The document about the training, with each of its entries replaced by what `save` does not write there."""
    said = json.loads(training)
    for name in said:
        for tree in TREES:
            yield json.dumps({**said, name: tree}).encode()
        yield json.dumps({k: v for k, v in said.items() if k != name}).encode()
    deep: Any = None
    for _ in range(400):
        deep = {"list": [deep]}
    yield json.dumps({**said, "state": deep}).encode()
    yield json.dumps({**said, "more": 1}).encode()
    yield json.dumps({**said, "state": {"list": deep}}).encode()
    deep = None
    for _ in range(300):
        deep = {"named": "Unknown", "fields": {"x": deep}}
    yield json.dumps({**said, "state": deep}).encode()
    long: Any = {"list": [{"list": [0] * 400_000}]}
    for _ in range(60):
        long = {"list": [long]}
    yield json.dumps({**said, "state": {"named": "Unknown", "fields": {"x" * 10_000: long}}}).encode()
    yield json.dumps({**said, "extras": {"dict": [["x" * 1_000_000, long]]}}).encode()
    yield json.dumps({**said, "extras": {"dict": [["x", {"list": [said["state"]] * 3}]]}}).encode()


def patched(whole: bytes, signature: bytes, offset: int, value: bytes, number: int = 0) -> bytes:
    """A zip file with bytes changed in the record that begins with a signature."""
    at = -1
    for _ in range(number + 1):
        at = whole.index(signature, at + 1)
    return whole[: at + offset] + value + whole[at + offset + len(value) :]


def bad_zips(whole: bytes) -> Iterator[bytes]:
    """Zip files that lie about themselves."""
    parts = parts_of(whole)
    directory, local, end = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
    yield from (b"", b"PK", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), whole[:-22], whole + b"\0", whole + whole)
    yield from (whole[len(whole) // 2 :], b"#!/bin/sh\n" + whole, b"\x80\x04N.", b"\0" * 100)
    for number in range(len(parts)):
        for offset, width in ((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4)):
            for value in (0, 1, 8, 12, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE):
                data = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
                yield patched(whole, directory, offset, data, number)
        for offset, width in ((6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)):
            yield patched(whole, local, offset, b"\xff" * width, number)
    for offset, width in ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)):
        for value in (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF):
            data = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
            yield patched(whole, end, offset, data)
    for name in (
        "../../evil.json",
        "/etc/passwd",
        "C:\\evil",
        "a/../b.json",
        "evil\n.json",
        "evil.py",
        "",
        "model.pkl",
    ):
        yield zipped(parts, more=[(name or "x", b"{}")])
        yield bundle({**parts, (name or "x"): b"{}"})
    for name in parts:
        yield zipped(parts, more=[(name, parts[name])])
        yield zipped({n: d for n, d in parts.items() if n != name})
        yield zipped({**parts, name: b""})
        yield bundle({n: d for n, d in parts.items() if n != name})
    yield zipped({f"{i}.json": b"" for i in range(70_000)})
    yield bomb(64 << 20)
    yield with_locator(whole, size=2**63, entries=5)
    yield with_locator(whole, size=400, entries=2**62)
    yield with_locator(whole, size=2**40, entries=2**34)


def with_locator(whole: bytes, *, size: int, entries: int) -> bytes:
    """A zip file with the further record at its end that those of more than 4 GB have."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, 0)
    return whole[:-22] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(whole) - 22, 1) + whole[-22:]


def bomb(size: int) -> bytes:
    """A small file that would unpack to a large one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("model.safetensors", "w") as part:
        for _ in range(size >> 20):
            part.write(bytes(1 << 20))
    return made.getvalue()


def bad_arrays() -> Iterator[bytes]:
    """Files of numpy's format that lie about themselves."""

    def npy(header: str, data: bytes = bytes(8), version: tuple[int, int] = (1, 0)) -> bytes:
        text = header.encode() + b"\n"
        width = "<H" if version == (1, 0) else "<I"
        return b"\x93NUMPY" + bytes(version) + struct.pack(width, len(text)) + text + data

    def said(descr: str = "'<f8'", order: str = "False", shape: str = "(1,)") -> str:
        return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}"

    headers = (
        said(descr="'|O'"), said(descr="'|O8'"), said(shape="(2,)"), said(shape="(-1,)"), said(shape="(2**62,)"),
        said(shape=f"({2**62},)"), said(shape=f"({2**62}, 0)"), said(shape=f"({2**40}, {2**40})"), said(shape="1"),
        said(descr="[('a', '<f8')]"), said(descr="'<U4'"), said(descr="'<M8[s]'"), said(descr="'|V8'"), said(order="7"),
        said(descr="__import__('os').system('true')"), "{}", "", "[" * 3_000, "{'descr': '<f8'}", said(descr="'<f99'"),
        said(descr="'<f16'"), said(shape="(" + "1," * 4_000 + ")"), said(shape="(" + "1," * 70 + ")"), "x" * 60_000,
        said(descr="'" + "8" * 5_000 + "f8'"), said(descr="'(1000000000,)f8'"), said(shape="(True,)"),
    )  # fmt: skip
    for header in headers:
        yield zipped({"w.npy": npy(header)})
    yield zipped({"w.npy": npy(said(), version=(9, 9))})
    yield zipped({"w.npy": npy(said(), data=b"")})
    yield zipped({"w.npy": npy(said())[:9]})
    yield zipped({"w.npy": b"\x80\x04N."})
    yield zipped({"w.npy": npy(said()), "x.txt": b"no array"})


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """A file as a bad disk or a bad transfer leaves it."""
    kind = dice.randrange(6)
    at = dice.randrange(len(whole))
    if kind == 0:
        return whole[:at]
    if kind == 1:
        flipped = bytearray(whole)
        for _ in range(dice.choice((1, 1, 2, 8))):
            flipped[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        return bytes(flipped)
    length = dice.randrange(1, 200)
    if kind == 2:
        return whole[:at] + whole[at + length :]
    if kind == 3:
        return whole[:at] + bytes(dice.randrange(256) for _ in range(length)) + whole[at + length :]
    if kind == 4:
        return whole[:at] + bytes(length) + whole[at + length :]
    other = dice.randrange(len(whole))
    return whole[:at] + whole[other : other + length] + whole[at:]


ODD: tuple[Any, ...] = (
    -1, 0, 1, 7, 10**9, 10**18, 10**40, 1.5, -0.0, 1e300, True, None, "", "x", "os.system", "../../x", "n 1 8 8" * 50,
    "n *b", "2**9**9**9", "n " * 5_000, [], [[]], {}, {"type": "Dense"}, {"type": "os.system"}, {"type": ["Dense"]},
)  # fmt: skip


def mutated(said: Any) -> Iterator[Any]:
    """JSON values that differ from one in one place."""
    for odd in ODD:
        if odd != said:
            yield odd
    if isinstance(said, dict):
        yield {**said, "__class__": "os.system"}
        for key, value in said.items():
            yield {k: v for k, v in said.items() if k != key}
            for other in mutated(value):
                yield {**said, key: other}
    elif isinstance(said, list):
        yield [*said, *said]
        yield said * 3_000
        for i, value in enumerate(said):
            yield [*said[:i], *said[i + 1 :]]
            for other in mutated(value):
                yield [*said[:i], other, *said[i + 1 :]]


def bad_networks(whole: bytes) -> Iterator[bytes]:
    """Bundles of a network whose description is another one, and makes no sense or asks for much."""
    parts = parts_of(whole)
    said = json.loads(parts["model.json"])
    for spec in mutated(said["network"]["spec"]):
        yield bundle({**parts, "model.json": json.dumps({**said, "network": {"spec": spec}}).encode()})
    for network in ODD:
        yield bundle({**parts, "model.json": json.dumps({**said, "network": network}).encode()})


class Attack(NamedTuple):
    """A file, and what is to be done with it: whether what can be loaded must be what was written."""

    kind: Literal["bundle", "network", "tensors"]
    exact: bool
    data: bytes


def attacks(whole: bytes, dice: random.Random) -> list[Attack]:
    """All that is built to do harm, around a bundle that is good."""
    parts = parts_of(whole)
    found = [Attack("bundle", True, data) for data in bad_zips(whole)]
    for data in bad_tensors(dice):
        found += [Attack("bundle", False, bundle({**parts, name: data})) for name in parts if name.endswith("tensors")]
        found.append(Attack("tensors", False, data))
    for data in bad_documents():
        found += [Attack("bundle", False, bundle({**parts, name: data})) for name in parts if name.endswith(".json")]
        found.append(Attack("bundle", True, zipped({**parts, "manifest.json": data})))
    found += [
        Attack("bundle", False, bundle({**parts, "training.json": data})) for data in bad_trees(parts["training.json"])
    ]
    manifests: tuple[dict[str, Any], ...] = (
        {"version": 2}, {"version": True}, {"version": "1"}, {"format": "x"}, {"parts": []}, {"parts": {}},
        {"parts": {name: {} for name in parts}}, {"parts": dict.fromkeys(parts, 3)}, {"version": 10**4_000},
        {"parts": {name: {"bytes": -1, "sha256": ""} for name in parts}},
    )  # fmt: skip
    for said in manifests:
        found.append(Attack("bundle", True, bundle(parts, said)))
    found += [Attack("tensors", False, data) for data in bad_arrays()]
    return found
