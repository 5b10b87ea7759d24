"""The signed tree as the database holds it: leaves, and the roots of every 256, 65,536 ... of them."""

from django.db.models import Max

from consent.models import Leaf, TreeNode
from consent.proof import merkle
from consent.proof.check_record import node_hash

# Levels whose nodes are kept: a proof reads at most 256 hashes at each.
STEP = 8
KEPT = 4096  # tiles held in memory, of 256 hashes each


class StoredTree:
    """Reads the hashes it is asked for, 256 at a time, and remembers them."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def size(self) -> int:
        """How many leaves have their place."""
        last = Leaf.objects.aggregate(last=Max("leaf_index"))["last"]
        return 0 if last is None else int(last) + 1

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises Missing when the database does not hold what it is made of."""
        kept = level - level % STEP
        first, count = index << (level - kept), 1 << (level - kept)
        tile = self.tile(kept, first >> STEP)
        hashes = tile[first % (1 << STEP) : first % (1 << STEP) + count]
        if len(hashes) < count:
            raise Missing(f"{count} hashes of level {kept} from place {first} on are not there")
        while len(hashes) > 1:
            hashes = [node_hash(hashes[n], hashes[n + 1]) for n in range(0, len(hashes), 2)]
        return hashes[0]

    def tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._tiles:
            if len(self._tiles) > KEPT:
                self._tiles.clear()
            first, after = number << STEP, (number + 1) << STEP
            if level == 0:
                rows = Leaf.objects.filter(leaf_index__gte=first, leaf_index__lt=after).order_by("leaf_index")
                found = rows.values_list("leaf_index", "hash")
            else:
                nodes = TreeNode.objects.filter(level=level, node_index__gte=first, node_index__lt=after)
                found = nodes.order_by("node_index").values_list("node_index", "hash")
            # Only as far as they stand side by side: behind a gap nothing is known.
            self._tiles[level, number] = [
                bytes(value) for place, (index, value) in enumerate(found) if index == first + place
            ]
        return self._tiles[level, number]

    def root(self, size: int) -> bytes:
        return merkle.tree_root(0, size, self.node)

    def frontier(self, size: int) -> merkle.Frontier:
        return merkle.frontier(size, self.node)


class Missing(Exception):
    """A hash of the tree that should be in the database is not."""
