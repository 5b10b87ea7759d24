"""The Merkle tree of RFC 9162, section 2.1: roots and proofs from stored hashes. Pure.

A complete subtree is named (level, index): it covers the leaves from index * 2**level on, 2**level of them. Whoever
holds the hashes gives them as a function of that name; verifying proofs stands in check_record.py.
"""

import hashlib
from collections.abc import Callable, Iterator

from consent.proof.check_record import node_hash

Nodes = Callable[[int, int], bytes]
EMPTY = hashlib.sha256(b"").digest()


class Frontier:
    """A tree that grows leaf by leaf, kept as the roots of its complete subtrees, largest first."""

    def __init__(self, size: int = 0, roots: list[bytes] | None = None) -> None:
        self.size = size
        self.roots = list(roots or [])

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add the hash of a leaf; yields (level, index, hash) of every subtree that it completes."""
        level, index, root = 0, self.size, leaf
        self.size += 1
        while index & 1:
            level, index, root = level + 1, index >> 1, node_hash(self.roots.pop(), root)
            yield level, index, root
        self.roots.append(root)

    def root(self) -> bytes:
        return folded(self.roots)


def folded(roots: list[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, largest first."""
    if not roots:
        return EMPTY
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


def frontier(size: int, nodes: Nodes) -> Frontier:
    """The tree of this size, ready to grow."""
    return Frontier(size, complete(0, size, nodes))


def complete(first: int, after: int, nodes: Nodes) -> list[bytes]:
    """The roots of the complete subtrees that cover leaves first .. after - 1, largest first.

    ``first`` has to be a multiple of the largest power of two in after - first, as it is throughout the RFC's trees.
    """
    found = []
    for level in range((after - first).bit_length() - 1, -1, -1):
        if (after - first) >> level & 1:
            found.append(nodes(level, first >> level))
            first += 1 << level
    return found


def tree_root(first: int, after: int, nodes: Nodes) -> bytes:
    return folded(complete(first, after, nodes))


def split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162, 2.1.3.1. Raises IndexError for a leaf outside the tree."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} of {size}")
    first, after, proof = 0, size, []
    while after - first > 1:
        middle = first + split(after - first)
        if index < middle:
            proof.append(tree_root(middle, after, nodes))
            after = middle
        else:
            proof.append(tree_root(first, middle, nodes))
            first = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162, 2.1.4.1. Raises IndexError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise IndexError(f"from {old} to {new}")
    first, after, proof = 0, new, []
    whole = True  # the old tree is still a complete subtree from its very first leaf on
    while old != after:
        middle = first + split(after - first)
        if old <= middle:
            proof.append(tree_root(middle, after, nodes))
            after = middle
        else:
            proof.append(tree_root(first, middle, nodes))
            first, whole = middle, False
    if not whole:
        proof.append(tree_root(first, after, nodes))
    return proof[::-1]
