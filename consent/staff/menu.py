"""The menu above every staff page, each entry for whoever may open it. To add a page to it, add a row."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent.roles import Deed, Posts


@dataclass(frozen=True, slots=True)
class Item:
    """``under``: the pages that are reached from it, by the names of their addresses."""

    name: str
    title: Any
    deed: Deed
    under: tuple[str, ...] = ()
    of_a_prison: bool = True


MENU = (
    Item("today", _("Today"), Deed.PEOPLE),
    Item("lists", _("Lists"), Deed.PEOPLE, ("list", "messages")),
    Item("reception-list", _("Reception list"), Deed.ARRIVALS),
    Item("new-person", _("Add a person"), Deed.ARRIVALS),
    Item("counts", _("Counts"), Deed.COUNTS),
    Item("tablets", _("Tablets"), Deed.TABLETS),
    Item("staff", _("Staff"), Deed.POSTS, ("post",)),
    Item("prisons", _("Prisons"), Deed.PRISONS, ("prison", "prison-settings", "hold-exceptions"), of_a_prison=False),
    Item("changes", _("Who changed what"), Deed.SETTINGS),
    Item("looks", _("Who looked"), Deed.LOOKS, of_a_prison=False),
    Item("words", _("Words"), Deed.WORDS, ("words-screens", "words-sign-off", "words-bundle"), of_a_prison=False),
)


def menu(posts: Posts, prison: str, page_name: str) -> list[dict[str, Any]]:
    """What somebody may open at this prison, each saying whether it is the page itself or the part it belongs to."""
    return [
        {
            "title": item.title,
            "url": reverse(item.name),
            "current": "page" if page_name == item.name else "true" if page_name in item.under else "",
        }
        for item in MENU
        if posts.may(item.deed, prison if item.of_a_prison else None)
    ]
