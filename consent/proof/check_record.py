#!/usr/bin/env python3
"""Check one person's exported record, on any machine, trusting nobody but the holder of one public key.

    python3 check_record.py RECORD.zip --key PUBLIC-KEY [--earlier CHECKPOINT] [--show]

One file on its own: Python 3.11 and the package "cryptography". RECORD is what the kiosk's export gives (the .zip, or
the record.json inside it). PUBLIC-KEY is the log's verifier key (one line, name+id+key) or a file with one a line;
get it from somebody you trust, never from the person who gave you the record. CHECKPOINT is a checkpoint you kept
from an earlier day: the record then also has to be a continuation of what was signed on that day.

Exit code 0: everything adds up. 1: something does not. 2: it could not be checked. 3: everything that is signed adds
up, but some lines are newer than the checkpoint, and nothing proves those yet.

What is checked, and the sources: the Merkle tree of RFC 9162 (sections 2.1.3.2 and 2.1.4.2), the checkpoint and its
Ed25519 signature as C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), and this project's own chain:
each line names the hash of the line before it.
"""

import argparse
import base64
import hashlib
import json
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "reception-kiosk-record-1"
START = "0" * 64
ED25519 = b"\x01"
LARGEST = 64 * 1024 * 1024  # bytes of a record.json; a person's own is some hundred kilobytes


class NotGenuine(Exception):
    """Something does not add up; the message says what."""


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


def signed_text(note: str, keys: Iterable[PublicKey]) -> str:
    """The text of a note that one of these keys signed. Raises NotGenuine."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NotGenuine("this is no signed note")
    text += "\n"
    known = {(key.name, key.id): key for key in keys}
    found = False
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
            found = True
    if not found:
        raise NotGenuine("it is signed with none of the public keys you gave")
    return text


def checkpoint(note: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """A checkpoint whose signature is right. Raises NotGenuine."""
    keys = list(keys)
    lines = signed_text(note, keys).removesuffix("\n").split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError):
        raise NotGenuine("the signed text is no checkpoint") from None
    if str(size) != lines[1] or size < 0 or len(root) != 32 or origin not in {key.name for key in keys}:
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
    """Check everything in one exported record. Raises NotGenuine only where it cannot be read at all."""
    if record.get("format") != FORMAT:
        raise NotGenuine(f"this is no exported record ({FORMAT})")
    found = Checked()
    try:
        head = checkpoint(record["checkpoint"], keys) if record["checkpoint"] else None
        if head:
            found.said.append(f"Checkpoint of {head.origin}: {head.size} leaves, signed at {head.signed_at}.")
            placed = check_leaves(record, head, found)
            found.said.append(f"In the signed tree, at the place it names: {placed} of this record's rows.")
        else:
            found.wrong.append("There is no checkpoint: nothing here was signed.")
        check_chains(record, found)
        check_shown(record, found)
        check_remarks(record, found)
        if earlier:
            check_earlier(record, head, checkpoint(earlier, keys), found)
    except NotGenuine as problem:
        found.wrong.append(f"{problem}.")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as problem:
        found.wrong.append(f"The record cannot be read: {problem!r}.")
    return found


def check_leaves(record: dict[str, Any], head: Checkpoint, found: Checked) -> int:
    """Every line that says it is in the tree is there, and none is there twice."""
    seen: dict[int, str] = {}
    for part in ("entries", "shown", "words", "looked"):
        for number, line in enumerate(record[part], 1):
            place = f"{part} {number}"
            if line["leaf"] is None:
                found.unsigned.append(place)
                continue
            index = int(line["leaf"])
            proof = [bytes.fromhex(text) for text in line["proof"]]
            try:
                if inclusion_root(leaf_hash(line["data"].encode()), index, head.size, proof) != head.root:
                    raise NotGenuine("it is not what was signed")
            except NotGenuine as problem:
                found.wrong.append(f"{place}: {problem}.")
            if index in seen:
                found.wrong.append(f"{place}: it stands in the place of {seen[index]}.")
            seen[index] = place
    return len(seen)


def check_chains(record: dict[str, Any], found: Checked) -> None:
    """The lines of each chain stand in unbroken order from the first."""
    chains: dict[str, tuple[int, str]] = dict.fromkeys(record["chains"], (0, START))
    open_ended = set()
    for line in record["entries"]:
        said = json.loads(line["data"])
        if said["chain"] not in chains:
            found.wrong.append(f"A line of another person's chain ({said['chain']}).")
            continue
        seq, previous = chains[said["chain"]]
        if (said["seq"], said["previous"]) != (seq + 1, previous):
            found.wrong.append(f"Chain {said['chain']}: line {said['seq']} does not follow from line {seq}.")
        if line["leaf"] is None:
            open_ended.add(said["chain"])
        elif said["chain"] in open_ended:
            found.wrong.append(f"Chain {said['chain']}: line {said['seq']} is signed, one before it is not.")
        chains[said["chain"]] = (said["seq"], hashlib.sha256(line["data"].encode()).hexdigest())
    for chain, (length, _) in chains.items():
        lines = "1 line" if length == 1 else f"{length} lines, from the first on, none missing between them"
        found.said.append(f"Chain {chain}: {lines}.")
    found.said.append(
        "Whether anything was recorded after the last of these lines cannot be seen from this file alone: "
        "compare it with a newer export."
    )


def check_shown(record: dict[str, Any], found: Checked) -> None:
    """Whatever an answer says was shown is here, in the words that were published."""
    words = {}
    for line in record["words"]:
        told = json.loads(line["data"])
        if hashlib.sha256(line["source"].encode()).hexdigest() != told["explanation"]:
            found.wrong.append(f"Explanation {told['explanation'][:12]}: its words were changed.")
        words[told["explanation"]] = sentences(tomllib.loads(line["source"]))
    shown = {}
    for line in record["shown"]:
        told = json.loads(line["data"])
        if hashlib.sha256(line["body"].encode()).hexdigest() != told["presentation"]:
            found.wrong.append(f"Presentation {told['presentation'][:12]}: what it says was shown was changed.")
        shown[told["presentation"]] = json.loads(line["body"])
    for line in record["entries"]:
        said = json.loads(line["data"])
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
    for remark in record["remarks"]:
        if sealed(remark["salt"], remark["text"]) != remark["seal"]:
            found.wrong.append(f"A remark was changed: {remark['text']!r}.")


def check_earlier(record: dict[str, Any], head: Checkpoint | None, before: Checkpoint, found: Checked) -> None:
    proofs = {int(size): proof for size, proof in record["consistency"].items()}
    if head is None or head.origin != before.origin:
        raise NotGenuine("the checkpoint you kept is of another log")
    if before.size and before.size != head.size and before.size not in proofs:
        raise NotGenuine(
            f"the record has no proof from your checkpoint of {before.size} leaves: "
            f"ask for an export made with --since {before.size}"
        )
    if before.size:
        proof = [bytes.fromhex(text) for text in proofs.get(before.size, [])]
        check_consistency(before.size, head.size, before.root, head.root, proof)
    found.said.append(f"It continues the checkpoint of {before.size} leaves that you kept ({before.signed_at}).")


def sentences(explanation: dict[str, Any]) -> dict[str, str]:
    """Every sentence of an explanation with the id by which presentations name it."""
    found = {f"title:{screen['id']}": screen["title"] for screen in explanation["screen"]}
    for card in explanation["card"]:
        found |= {f"{card['id']}/{name}": text for name, text in card["say"].items()}
    found |= {f"choice:{choice['id']}": choice["say"] for choice in explanation["choice"]}
    for asked in explanation.get("check", []):
        found |= {f"check:{asked['id']}/{part}": asked[part] for part in ("ask", "right", "wrong", "unsure", "praise")}
        found |= {f"check:{asked['id']}/again.{name}": text for name, text in asked["again"].items()}
    return found


def words_hash(texts: Iterable[str]) -> str:
    """What was shown, sentence by sentence, in order: a line each."""
    return hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()


def sealed(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


# -- for people -------------------------------------------------------------------------------------------------------


def readable(record: dict[str, Any]) -> Iterator[str]:
    """The record in words, taken from nothing but the lines that were checked."""
    words = {json.loads(w["data"])["explanation"]: sentences(tomllib.loads(w["source"])) for w in record["words"]}
    shown = {json.loads(s["data"])["presentation"]: json.loads(s["body"]) for s in record["shown"]}
    remarks = {remark["seal"]: remark["text"] for remark in record["remarks"]}
    for line in record["entries"]:
        said = json.loads(line["data"])
        data = dict(said["data"])
        mark = "[NOT SIGNED YET] " if line["leaf"] is None else ""
        what = f"{data.pop('answer')} to {data.pop('question')}" if data.get("answer") else data.pop("question", "")
        by = " ".join(part for part in (said["by"]["who"], said["by"]["name"]) if part)
        yield f"\n{mark}{said['at']}  {said['kind']}: {what} (pressed by: {by}; written down {said['recorded_at']})"
        presentation = shown.get(data.pop("presentation", ""))
        for name, value in sorted(data.items()):
            if isinstance(value, dict) and "seal" in value:
                value = remarks.get(value["seal"], "(erased)")
            if value:
                yield f"    {name}: {value}"
        if presentation:
            yield f"    shown ({presentation['language']}):"
            for told in parts_of(presentation):
                known = words[told["explanation"]]
                yield from (f"        {known[sentence]}" for sentence in told["sentences"])
    yield "\nWho looked:"
    for line in record["looked"]:
        told = json.loads(line["data"])
        yield f"    {told['at']}  {told['who']}: {told['what']} {told['prison']}".rstrip()


def read_record(path: Path) -> dict[str, Any]:
    """Raises OSError, ValueError, KeyError or zipfile.BadZipFile where it is none."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("record.json").file_size > LARGEST:
                raise ValueError("the record is too large to be one person's")
            data = archive.read("record.json")
    else:
        data = path.read_bytes()
    record = json.loads(data)
    if not isinstance(record, dict):
        raise ValueError("this is no exported record")
    return record


def read_keys(text: str) -> list[PublicKey]:
    """Public keys given as they are, or as a file with one a line."""
    lines = [text] if text.count("+") >= 2 and not Path(text).exists() else Path(text).read_text().splitlines()
    return [public_key(line) for line in lines if line.strip() and not line.startswith("#")]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check one person's exported record.")
    parser.add_argument("record", type=Path, help="the exported .zip, or the record.json inside it")
    parser.add_argument("--key", required=True, help="the log's public key (name+id+key), or a file with one a line")
    parser.add_argument("--earlier", type=Path, help="a checkpoint you kept from an earlier day")
    parser.add_argument("--show", action="store_true", help="print the record in words, from the checked lines alone")
    given = parser.parse_args(arguments)
    try:
        record, keys = read_record(given.record), read_keys(given.key)
        found = check(record, keys, given.earlier.read_text() if given.earlier else "")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, NotGenuine) as problem:
        print(f"It could not be checked: {problem}", file=sys.stderr)
        return 2
    for sentence in found.said:
        print(sentence)
    if found.wrong:
        print("\nTHIS RECORD DOES NOT ADD UP:")
        for sentence in found.wrong:
            print(f"  {sentence}")
        return 1
    if given.show:
        for sentence in readable(record):
            print(sentence)
    if found.unsigned:
        print(f"\nWhat is signed adds up. Not signed yet, so proved by nothing: {', '.join(found.unsigned)}.")
        return 3
    print("\nThis record adds up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
