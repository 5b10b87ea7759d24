"""The tree code against the public vectors, and against a twin so plain that it can be read at a glance."""

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.proof import merkle
from consent.proof.check_record import NotGenuine, check_consistency, inclusion_root, leaf_hash, node_hash

# transparency-dev/merkle, testdata: run where they are at hand, never copied into this project.
VECTORS = Path(
    os.environ.get("MERKLE_VECTORS")
    or Path(__file__).resolve().parent.parent.parent / "shared" / "samples" / "merkle" / "vectors.jsonl"
)
leaves = st.lists(st.binary(max_size=3), max_size=80)


def twin(data):
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not data:
        return merkle.EMPTY
    if len(data) == 1:
        return leaf_hash(data[0])
    k = 1
    while 2 * k < len(data):
        k *= 2
    return node_hash(twin(data[:k]), twin(data[k:]))


def nodes_of(data):
    def node(level, index):
        part = data[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only complete subtrees have a name"
        return twin(part)

    return node


def decoded(texts):
    return [base64.b64decode(text) for text in texts or []]


def is_accepted(vector):
    proof = decoded(vector["proof"])
    try:
        if vector["kind"] == "consistency":
            roots = decoded([vector["root1"], vector["root2"]])
            check_consistency(vector["size1"], vector["size2"], *roots, proof)
            return True
        leaf, root = decoded([vector["leafHash"], vector["root"]])
        return inclusion_root(leaf, vector["leafIdx"], vector["treeSize"], proof) == root
    except NotGenuine:
        return False


@pytest.mark.skipif(not VECTORS.exists(), reason="the vectors of transparency-dev/merkle are not here (MERKLE_VECTORS)")
def test_the_public_vectors_are_accepted_and_refused_as_they_say():
    vectors = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    assert len(vectors) > 100
    assert [v["name"] for v in vectors if is_accepted(v) == v["wantErr"]] == []


def test_the_tree_of_nothing_is_the_hash_of_nothing():
    assert merkle.tree_root(0, 0, nodes_of([])) == merkle.Frontier().root() == merkle.EMPTY


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_outside_the_tree(index, size):
    with pytest.raises(IndexError):
        merkle.inclusion_proof(index, size, nodes_of([b""] * max(size, 0)))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_proof_from_a_larger_tree_or_from_none(old, new):
    with pytest.raises(IndexError):
        merkle.consistency_proof(old, new, nodes_of([b""] * new))
    with pytest.raises(NotGenuine):
        check_consistency(old, new, merkle.EMPTY, merkle.EMPTY, [])


@given(leaves)
def test_a_tree_that_grew_is_the_tree_that_was_built(data):
    tree = merkle.Frontier()
    for number, one in enumerate(data):
        for level, index, made in tree.add(leaf_hash(one)):
            assert made == nodes_of(data)(level, index)
        assert tree.root() == twin(data[: number + 1])
    assert merkle.frontier(len(data), nodes_of(data)).roots == tree.roots
    assert merkle.tree_root(0, len(data), nodes_of(data)) == twin(data)


@given(leaves.filter(bool), st.data())
def test_every_leaf_has_a_proof_and_it_proves_no_other_leaf(data, draw):
    index = draw.draw(st.integers(0, len(data) - 1))
    proof = merkle.inclusion_proof(index, len(data), nodes_of(data))
    assert inclusion_root(leaf_hash(data[index]), index, len(data), proof) == twin(data)
    assert inclusion_root(leaf_hash(data[index] + b"x"), index, len(data), proof) != twin(data)
    for wrong in ([*proof, b"x" * 32], proof[:-1] if proof else [b"x" * 32]):
        with pytest.raises(NotGenuine):
            inclusion_root(leaf_hash(data[index]), index, len(data), wrong)


@given(leaves.filter(bool), st.data())
def test_a_tree_continues_each_of_its_beginnings_and_no_other(data, draw):
    old = draw.draw(st.integers(1, len(data)))
    proof = merkle.consistency_proof(old, len(data), nodes_of(data))
    check_consistency(old, len(data), twin(data[:old]), twin(data), proof)
    other = [*data[: old - 1], data[old - 1] + b"x"]
    with pytest.raises(NotGenuine):
        check_consistency(old, len(data), twin(other), twin(data), proof)
    if old < len(data):
        with pytest.raises(NotGenuine):
            check_consistency(old, len(data), twin(data[:old]), twin(data), [*proof, b"x" * 32])
