"""What was asked, shown and decided. The record (Entry) is the truth; Status is worked out from it."""

from consent.models.counts import Count
from consent.models.posts import Post
from consent.models.record import (
    NOBODY,
    AccessEvent,
    AppendOnly,
    Checkpoint,
    Entry,
    Explanation,
    Leaf,
    Presentation,
    Remark,
    SignOff,
    Status,
    TreeNode,
)
from consent.models.settings import (
    Hold,
    HoldException,
    PrisonPolicy,
    ReceptionPolicy,
    ReceptionTakes,
)
from consent.models.tablets import (
    Tablet,
    TabletSecret,
    Visit,
    WrongCode,
)

__all__ = [
    "NOBODY",
    "AccessEvent",
    "AppendOnly",
    "Checkpoint",
    "Count",
    "Entry",
    "Explanation",
    "Hold",
    "HoldException",
    "Leaf",
    "Post",
    "Presentation",
    "PrisonPolicy",
    "ReceptionPolicy",
    "ReceptionTakes",
    "Remark",
    "SignOff",
    "Status",
    "Tablet",
    "TabletSecret",
    "TreeNode",
    "Visit",
    "WrongCode",
]
