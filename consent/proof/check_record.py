#!/usr/bin/env python3
"""Check one person's exported record, on any machine, trusting nobody but the holder of one public key.

    python3 check_record.py RECORD.zip --key PUBLIC-KEY [--earlier CHECKPOINT] [--show]

One file on its own: Python 3.11 and the package "cryptography". RECORD is what the kiosk's export gives (the .zip, or
the record.json inside it). PUBLIC-KEY is the log's verifier key (one line, name+id+key) or a file with one a line;
get it from somebody you trust, never from the person who gave you the record. CHECKPOINT is a checkpoint you kept
from an earlier day: the record then also has to be a continuation of what was signed on that day.

Exit code 0: everything in the file is as it was signed. 1: something is not. 2: it could not be checked. 3: what is
signed is as it was signed, but some lines are newer than the checkpoint, and nothing proves those yet.

What no file can show: that nothing was recorded after the last line of a chain, or in a chain that is not in the file.
The other files beside record.json (record.pdf) are not checked at all: read the record with --show.

What is checked, and the sources: the Merkle tree of RFC 9162 (sections 2.1.3.2 and 2.1.4.2), the checkpoint and its
Ed25519 signature as C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), and this project's own chain:
each line names the hash of the line before it.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "reception-kiosk-record-1"
START = "0" * 64
CHAIN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SALT = re.compile(r"[0-9a-f]{32}")
# Between reading the clock and committing lie seconds; a request is cut off after 30.
COMMITTED_WITHIN = timedelta(minutes=5)
ED25519 = b"\x01"
LARGEST = 64 * 1024 * 1024  # bytes of a record.json; a person's own is some hundred kilobytes


class NotGenuine(Exception):
    """Something does not add up; the message says what."""


class NotComparable(Exception):
    """Something needed for a comparison is not at hand; the message says what to ask for."""


# -- the tree (RFC 9162) ----------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion_root(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that this proof leads to (RFC 9162, 2.1.3.2). Raises NotGenuine where it cannot be a proof."""
    if not 0 <= index < size:
        raise NotGenuine(f"leaf {index} lies outside a tree of {size}")
    first, last, root = index, size - 1, leaf
    for part in proof:
        if last == 0:
            raise NotGenuine("the inclusion proof is too long")
        if first & 1 or first == last:
            root = node_hash(part, root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, part)
        first, last = first >> 1, last >> 1
    if last:
        raise NotGenuine("the inclusion proof is too short")
    return root


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> None:
    """The newer tree continues the older one (RFC 9162, 2.1.4.2). Raises NotGenuine."""
    if not 0 < old <= new:
        raise NotGenuine(f"a tree of {new} cannot continue one of {old}")
    if old == new:
        if proof or old_root != new_root:
            raise NotGenuine("two different trees of the same size")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise NotGenuine("the consistency proof is empty")
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = path[0]
    for part in path[1:]:
        if last == 0:
            raise NotGenuine("the consistency proof is too long")
        if first & 1 or first == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, part)
        first, last = first >> 1, last >> 1
    if last or before != old_root or after != new_root:
        raise NotGenuine("the newer tree does not continue the older one")


# -- the checkpoint (C2SP signed note) --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checkpoint:
    """``size`` leaves have this ``root``, says the holder of the key ``origin``, then; after an earlier checkpoint."""

    origin: str
    size: int
    root: bytes
    signed_at: str  # UTC, as the signer's clock said
    follows: str  # sha256 of the checkpoint before it, in hex; empty for the first


@dataclass(frozen=True)
class PublicKey:
    name: str
    id: bytes
    key: bytes


def key_id(name: str, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]


def public_key(text: str) -> PublicKey:
    """A verifier key as C2SP writes it: name+id (8 hex digits)+base64(type and key). Raises ValueError."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise ValueError("a public key is one line: name+id+key")
    name, short, rest = parts
    data = base64.b64decode(rest, validate=True)
    if data[:1] != ED25519 or len(data) != 33 or key_id(name, data[1:]).hex() != short:
        raise ValueError(f"{name}: this is no Ed25519 public key, or it was copied with a mistake")
    return PublicKey(name, bytes.fromhex(short), data[1:])


def signed_text(note: str, keys: Iterable[PublicKey]) -> tuple[str, set[str]]:
    """The text of a note, and the names of those of these keys that signed it. Raises NotGenuine."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NotGenuine("this is no signed note")
    text += "\n"
    known = {(key.name, key.id): key for key in keys}
    found = set()
    for line in lines.removesuffix("\n").split("\n"):
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError:
            data = b""
        if mark != "\N{EM DASH}" or not name or len(data) < 5:
            raise NotGenuine("a signature line of the note cannot be read")
        # Others may have signed it too: a line of a key that is not ours says nothing either way.
        if key := known.get((name, data[:4])):
            try:
                Ed25519PublicKey.from_public_bytes(key.key).verify(data[4:], text.encode())
            except InvalidSignature:
                raise NotGenuine(f"the signature of {name} is wrong") from None
            found.add(key.name)
    if not found:
        raise NotGenuine("it is signed with none of the public keys you gave")
    return text, found


def checkpoint(note: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """A checkpoint whose signature is right. Raises NotGenuine."""
    text, signers = signed_text(note.strip("\r\n ") + "\n", keys)
    lines = text.removesuffix("\n").split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError):
        raise NotGenuine("the signed text is no checkpoint") from None
    if str(size) != lines[1] or size < 0 or len(root) != 32 or origin not in signers:
        raise NotGenuine("the signed text is no checkpoint of this log")
    more = dict(line.split(" ", 1) for line in lines[3:] if " " in line)
    return Checkpoint(origin, size, root, more.get("signed-at", ""), more.get("follows", ""))


# -- one person's record ----------------------------------------------------------------------------------------------


@dataclass
class Checked:
    """What was found. ``wrong`` empty: it adds up, but for what is ``unsigned``. ``said``: what that shows."""

    wrong: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def check(record: dict[str, Any], keys: list[PublicKey], earlier: str = "") -> Checked:
    """Check everything in one exported record.

    Raises NotGenuine where it is none, and NotComparable where ``earlier`` cannot be compared with it.
    """
    if record.get("format") != FORMAT:
        raise NotGenuine(f"this is no exported record ({FORMAT})")
    found = Checked()
    kept = checkpoint(earlier, keys) if earlier else None
    try:
        if not record["checkpoint"]:
            raise NotGenuine("There is no checkpoint: nothing here was signed")
        head = checkpoint(record["checkpoint"], keys)
        found.said.append(f"Checkpoint of {head.origin}: {head.size} rows, signed at {head.signed_at}.")
        chain_of(record)
        times = checked_checkpoints(record, head, keys)
        if kept:
            times.append(check_earlier(record, head, kept, found))
        check_lines(record, head, sorted(times, key=lambda one: one.size), found)
        check_chains(record, found)
        check_shown(record, found)
        check_remarks(record, found)
    except NotGenuine as problem:
        found.wrong.append(f"{problem}.")
    except UNREADABLE as problem:
        found.wrong.append(f"The record cannot be read: {problem!r}.")
    return found


UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, RecursionError)


def chain_of(record: dict[str, Any]) -> list[str]:
    """The chains of the record. Raises NotGenuine unless each is named once, and as a chain is."""
    chains = record["chains"]
    if not all(isinstance(chain, str) and CHAIN.fullmatch(chain) for chain in chains) or len(set(chains)) < len(chains):
        raise NotGenuine("The list of chains is none")
    return list(chains)


def checked_checkpoints(record: dict[str, Any], head: Checkpoint, keys: list[PublicKey]) -> list[Checkpoint]:
    """The newest checkpoint, and those that came with it, each of which it continues. Raises NotGenuine."""
    found = [head]
    for one in record["checkpoints"]:
        before = checkpoint(one["note"], keys)
        check_consistency(before.size, head.size, before.root, head.root, hashes(one["proof"]))
        found.append(before)
    return found


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# The parts of a record: what kind of row it is (None: a line of a chain), and which of its words says when.
PARTS = {
    "entries": (None, "recorded_at"),
    "shown": ("presentation", "at"),
    "words": ("explanation", "at"),
    "looked": ("access", "at"),
}


def check_lines(record: dict[str, Any], head: Checkpoint, times: list[Checkpoint], found: Checked) -> None:
    """Every row is of its kind and about this person, stands in the tree, once, and was put there when it says."""
    seen: set[int] = set()
    chains = chain_of(record)
    for part, (kind, when) in PARTS.items():
        for number, line in enumerate(record[part], 1):
            place = f"{part} {number}"
            said = parsed(line["data"])
            if said.get("leaf") != kind or not isinstance(said.get(when), str):
                raise NotGenuine(f"{place}: this is a row of another kind")
            if kind != "explanation" and said["chain"] not in chains:
                found.wrong.append(f"{place}: it is of another person's chain ({said['chain']}).")
            try:
                check_place(line, head, seen, found.unsigned, place)
                check_time(moment(said[when]), line["leaf"], head, times)
            except NotGenuine as problem:
                found.wrong.append(f"{place}: {problem}.")
    found.said.append(f"In the signed tree, at the place it names: {len(seen)} of this record's rows.")
    found.said.append(f"The time that each row names was compared with {len(times)} signed checkpoints.")


def check_place(line: dict[str, Any], head: Checkpoint, seen: set[int], unsigned: list[str], place: str) -> None:
    """Raises NotGenuine unless the row is in the tree, or says that it is not."""
    index = line["leaf"]
    if index is None:
        unsigned.append(place)
        return
    if type(index) is not int or index in seen:
        raise NotGenuine("it names no place of its own")
    seen.add(index)
    if inclusion_root(leaf_hash(line["data"].encode()), index, head.size, hashes(line["proof"])) != head.root:
        raise NotGenuine("it is not what was signed")


def check_time(at: datetime, index: int | None, head: Checkpoint, times: list[Checkpoint]) -> None:
    """Raises NotGenuine for a row that says it is older than a checkpoint that does not hold it yet, or the reverse."""
    for one in times:
        signed_at = moment(one.signed_at)
        if (index is None or index >= one.size) and at < signed_at - COMMITTED_WITHIN:
            raise NotGenuine(
                f"it says it was recorded at {at:%Y-%m-%d %H:%M}, but the checkpoint of {one.signed_at} did not hold it"
            )
        if index is not None and index < one.size and at > signed_at + COMMITTED_WITHIN:
            raise NotGenuine(f"it says it is newer than the checkpoint of {one.signed_at}, which holds it")


def check_chains(record: dict[str, Any], found: Checked) -> None:
    """The lines of each chain stand in unbroken order from the first, which says whose chain it is."""
    chains: dict[str, tuple[int, str, str]] = dict.fromkeys(chain_of(record), (0, START, ""))
    remarks = {remark["seal"]: remark["text"] for remark in record["remarks"]}
    open_ended = set()
    for line in record["entries"]:
        said = parsed(line["data"])
        if said["chain"] not in chains:
            continue
        seq, previous, _ = chains[said["chain"]]
        if (said["seq"], said["previous"]) != (seq + 1, previous):
            found.wrong.append(f"Chain {said['chain']}: line {said['seq']} does not follow from line {seq}.")
        if said["seq"] == 1:
            seal = said["data"].get("about", {}).get("seal")
            whose = remarks.get(seal, "not in this file (erased, or left out)")
            found.said.append(f"Chain {said['chain']}: its first line seals whose it is: {whose}.")
        if line["leaf"] is None:
            open_ended.add(said["chain"])
        elif said["chain"] in open_ended:
            found.wrong.append(f"Chain {said['chain']}: line {said['seq']} is signed, one before it is not.")
        name = hashlib.sha256(line["data"].encode()).hexdigest()
        chains[said["chain"]] = (said["seq"], name, said["recorded_at"])
    for chain, (length, _, last) in chains.items():
        if not length:
            found.wrong.append(f"Chain {chain}: not one of its lines is here.")
            continue
        found.said.append(f"Chain {chain}: lines 1 to {length}, none missing between them; the last of {last[:16]}.")
    if not chains:
        found.said.append("It holds no line at all.")


def check_shown(record: dict[str, Any], found: Checked) -> None:
    """Whatever an answer says was shown is here, in the words that were published."""
    words = {}
    for line in record["words"]:
        told = parsed(line["data"])
        if hashlib.sha256(line["source"].encode()).hexdigest() != told["explanation"]:
            found.wrong.append(f"Explanation {told['explanation'][:12]}: its words were changed.")
        words[told["explanation"]] = sentences(explanation(line["source"]))
    shown = {}
    for line in record["shown"]:
        told = parsed(line["data"])
        if hashlib.sha256(line["body"].encode()).hexdigest() != told["presentation"]:
            found.wrong.append(f"Presentation {told['presentation'][:12]}: what it says was shown was changed.")
        shown[told["presentation"]] = parsed(line["body"])
    for line in record["entries"]:
        said = parsed(line["data"])
        if (on_paper := said["data"].get("on_paper", "")) and on_paper not in words:
            found.wrong.append(f"Line {said['seq']} of chain {said['chain']}: the words on its paper are missing.")
        name = said["data"].get("presentation")
        if not name:
            continue
        if name not in shown:
            found.wrong.append(f"Line {said['seq']} of chain {said['chain']}: what was shown is missing.")
            continue
        found.wrong += (f"Line {said['seq']} of chain {said['chain']}: {f}." for f in words_faults(shown[name], words))


def words_faults(presentation: dict[str, Any], words: dict[str, dict[str, str]]) -> Iterator[str]:
    """What was shown, rendered again from the published words and compared."""
    for told in parts_of(presentation):
        known = words.get(told["explanation"])
        if known is None or not set(told["sentences"]) <= known.keys():
            yield "words that were shown are missing"
        elif words_hash(known[sentence] for sentence in told["sentences"]) != told["words"]:
            yield "other words would be shown again than were shown then"


def parts_of(presentation: dict[str, Any]) -> list[dict[str, Any]]:
    """What was shown of the question's own explanation, and where it was confirmed on another's words, of that."""
    return [presentation, presentation["beside"]] if "beside" in presentation else [presentation]


def check_remarks(record: dict[str, Any], found: Checked) -> None:
    """What somebody typed is not in a line itself but beside it; the line holds its salted hash."""
    lines = [parsed(line["data"]) for line in record["entries"]]
    erased = {line["chain"] for line in lines if line["kind"] == "erased"}
    named = {said["seal"]: line for line in lines for said in line["data"].values() if is_seal(said)}
    for remark in record["remarks"]:
        if not is_sealed(remark["salt"], remark["text"], remark["seal"]):
            found.wrong.append(f"A remark was changed: {remark['text']!r}.")
        if named.pop(remark["seal"], None) is None:
            found.wrong.append(f"A remark belongs to no line, or stands here twice: {remark['text']!r}.")
    for line in named.values():
        if line["chain"] not in erased:
            found.wrong.append(f"Line {line['seq']} of chain {line['chain']}: what was typed with it was left out.")


def check_earlier(record: dict[str, Any], head: Checkpoint, before: Checkpoint, found: Checked) -> Checkpoint:
    """The checkpoint somebody kept, when the record continues it. Raises NotGenuine and NotComparable."""
    if head.origin != before.origin:
        raise NotComparable(f"the checkpoint you kept is of the log {before.origin}, the record of {head.origin}")
    if before.size > head.size:
        raise NotComparable("the record is older than the checkpoint you kept: ask for a new export")
    if before.size == 0:
        raise NotComparable("the checkpoint you kept covers nothing, so nothing can be compared with it")
    proofs = {head.size: []} | {int(size): proof for size, proof in record["consistency"].items()}
    if before.size not in proofs:
        raise NotComparable(
            f"the record has no proof from your checkpoint of {before.size} rows: "
            f"ask for an export made with --since {before.size}"
        )
    check_consistency(before.size, head.size, before.root, head.root, hashes(proofs[before.size]))
    found.said.append(f"It continues the checkpoint of {before.size} rows that you kept ({before.signed_at}).")
    return before


CHECK_PARTS = ("ask", "right", "wrong", "unsure", "praise", "tell")


def explanation(source: str) -> dict[str, Any]:
    """Published words as they were published: English as TOML, a translation as JSON. Raises ValueError."""
    return parsed(source) if source.startswith("{") else tomllib.loads(source)


def sentences(explanation: dict[str, Any]) -> dict[str, str]:
    """Every sentence of an explanation with the id by which presentations name it."""
    found = {f"title:{screen['id']}": screen["title"] for screen in explanation["screen"]}
    for card in explanation["card"]:
        found |= {f"{card['id']}/{name}": text for name, text in card["say"].items()}
    found |= {f"choice:{choice['id']}": choice["say"] for choice in explanation.get("choice", [])}
    for asked in explanation.get("check", []):
        found |= {f"check:{asked['id']}/{part}": asked[part] for part in CHECK_PARTS if part in asked}
        found |= {f"check:{asked['id']}/again.{name}": text for name, text in asked["again"].items()}
    return found


def words_hash(texts: Iterable[str]) -> str:
    """What was shown, sentence by sentence, in order: a line each."""
    return hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()


def sealed(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def is_sealed(salt: str, text: str, seal: str) -> bool:
    """Whether a line's seal is over these words. A salt has its one form, or part of the words would pass for it."""
    return SALT.fullmatch(salt) is not None and sealed(salt, text) == seal


def is_seal(said: Any) -> bool:
    return isinstance(said, dict) and "seal" in said


def parsed(text: str) -> dict[str, Any]:
    """JSON in which no name stands twice, so that everybody reads the same. Raises ValueError."""
    said = json.loads(text, object_pairs_hook=once)
    if not isinstance(said, dict):
        raise ValueError("this is no JSON object")
    return said


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise ValueError("a name stands twice in it")
    return said


# -- for people -------------------------------------------------------------------------------------------------------


def readable(record: dict[str, Any]) -> Iterator[str]:
    """The record in words, taken from nothing but the lines that were checked."""
    words = {parsed(w["data"])["explanation"]: sentences(explanation(w["source"])) for w in record["words"]}
    shown = {parsed(s["data"])["presentation"]: parsed(s["body"]) for s in record["shown"]}
    remarks = {remark["seal"]: remark["text"] for remark in record["remarks"]}
    lines = [(line, parsed(line["data"])) for line in record["entries"]]
    in_error = {name for _, said in lines if said["kind"] == "error" for name in said["data"]["refers"]}
    for line, said in lines:
        marks = "[NOT SIGNED YET] " if line["leaf"] is None else ""
        if hashlib.sha256(line["data"].encode()).hexdigest() in in_error:
            marks += "[RECORDED IN ERROR: DOES NOT COUNT] "
        yield f"\n{marks}{said['at'][:16]} UTC  line {said['seq']} of chain {said['chain'][:8]}: {headline(said)}"
        yield f"    written down {said['recorded_at'][:16]} UTC, pressed by {who_pressed(said['by'])}"
        for name, value in sorted(said["data"].items()):
            if is_seal(value):
                value = remarks.get(value["seal"], "(erased)")
            if value and name not in ("question", "answer", "presentation", "once", "visit"):
                yield f"    {name}: {value}"
        if presentation := shown.get(said["data"].get("presentation", "")):
            yield from in_view_of(presentation, words)
    yield "\nWho looked:"
    for line in record["looked"]:
        told = parsed(line["data"])
        yield f"    {told['at'][:16]} UTC  {told['who']}: {told['what']} {told['prison']}".rstrip()
    if not record["looked"]:
        yield "    nobody, in this file"


def who_pressed(by: dict[str, str]) -> str:
    return f"{by['who']} ({by['name']})" if by["name"] else by["who"]


def headline(said: dict[str, Any]) -> str:
    data = said["data"]
    about = f" to {data['question']}" if data.get("question") else ""
    if said["kind"] == "error":
        return f"an earlier line{about} was recorded in error"
    return f"{said['kind']}: {data['answer']}{about}" if data.get("answer") else f"{said['kind']}{about}"


def in_view_of(presentation: dict[str, Any], words: dict[str, dict[str, str]]) -> Iterator[str]:
    """What was on the screen, what the person pressed to the questions about it, and what they went past."""
    yield f"    shown ({presentation['language']}, {presentation['form'].get('text', '')} text):"
    for told in parts_of(presentation):
        known = words[told["explanation"]]
        yield from (f"        {known[name]}" for name in told["sentences"] if not name.startswith("check:"))
    known = words[presentation["explanation"]]
    for name, tried in presentation["checks"].items():
        yield f"    asked: {known[f'check:{name}/ask']}"
        for press in tried["passes"]:
            yield f"        they pressed: {known.get(f'check:{name}/{press}', '(left out)')} [{press}]"
    if presentation["not_shown"]:
        yield f"    not shown: {', '.join(presentation['not_shown'])}"


def plain(text: str) -> str:
    """Without anything that a terminal would obey, or that would pass for a line of its own."""
    first, rest = (text[:1], text[1:]) if text.startswith("\n") else ("", text)
    return first + "".join(c if c.isprintable() and c not in BIDI else f"\\u{ord(c):04x}" for c in rest)


BIDI = {chr(code) for code in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def read_record(path: Path) -> dict[str, Any]:
    """Raises OSError, ValueError, RecursionError or zipfile.BadZipFile where it is none."""
    data = path.read_bytes()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            names = [info for info in archive.infolist() if info.filename == "record.json"]
            if len(names) != 1 or names[0].file_size > LARGEST:
                raise ValueError("there is not one record.json in it, of a size that can be one person's")
            data = archive.read(names[0])
    return parsed(data.decode())


def read_keys(text: str) -> list[PublicKey]:
    """Public keys given as they are, or as a file with one a line."""
    lines = [text] if text.count("+") >= 2 and not Path(text).exists() else Path(text).read_text().splitlines()
    return [public_key(line) for line in lines if line.strip() and not line.startswith("#")]


def main(arguments: list[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the code page of this machine
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Check one person's exported record.")
    parser.add_argument("record", type=Path, help="the exported .zip, or the record.json inside it")
    parser.add_argument("--key", required=True, help="the log's public key (name+id+key), or a file with one a line")
    parser.add_argument("--earlier", type=Path, help="a checkpoint you kept from an earlier day")
    parser.add_argument("--show", action="store_true", help="print the record in words, from the checked lines alone")
    given = parser.parse_args(arguments)
    try:
        record, keys = read_record(given.record), read_keys(given.key)
        found = check(record, keys, given.earlier.read_text() if given.earlier else "")
        shown = list(readable(record)) if given.show and not found.wrong else []
    except (OSError, zipfile.BadZipFile, NotGenuine, NotComparable, *UNREADABLE) as problem:
        print(plain(f"It could not be checked: {problem}"), file=sys.stderr)
        return 2
    for sentence in (*found.said, *shown):
        print(plain(sentence))
    if found.wrong:
        print("\nTHIS RECORD DOES NOT ADD UP:")
        for sentence in found.wrong:
            print(plain(f"  {sentence}"))
        return 1
    print("\nNot checked: record.pdf and anything else beside record.json. Name and today's number are not signed.")
    print("Whether more was recorded, later or in other chains, this file cannot show: compare it with a newer one.")
    if found.unsigned:
        print(f"What is signed adds up. Not signed yet, so proved by nothing: {', '.join(found.unsigned)}.")
        return 3
    print("This record adds up: everything in it is as it was signed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
