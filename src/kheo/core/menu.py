"""The main menu as one table: which entry stands where, and whom it is for.

An entry names a page by its URL name, a string, so nothing of an upper floor is
imported; an entry whose page does not exist is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu, for whoever holds one of the capabilities; all, if none.

    Pages whose URL name begins with the entry's `stem` stand under it.
    """

    label: Label
    page: str
    capabilities: frozenset[Capability] = frozenset()
    stem: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: Label
    entries: tuple[Entry, ...]


def _entry(label: Label, page: str, *capabilities: Capability, stem: str = "") -> Entry:
    return Entry(label, page, frozenset(capabilities), stem)


MENU = (
    Group(_("Work"), (_entry(_("My work"), "workspace:home"),)),
    Group(
        _("In the villages"),
        (
            _entry(
                _("Activities"),
                "activities:list",
                Capability.VIEW_ACTIVITIES,
                Capability.HOST_ACTIVITIES,
            ),
            _entry(
                _("Visits to the commune"),
                "activities:hosting",
                Capability.HOST_ACTIVITIES,
                stem="activities:host",
            ),
            _entry(
                _("Calendar"),
                "activities:calendar",
                Capability.VIEW_ACTIVITIES,
                Capability.HOST_ACTIVITIES,
                stem="activities:calendar",
            ),
            _entry(
                _("Units in charge"),
                "assignments:list",
                Capability.MANAGE_ASSIGNMENTS,
                Capability.VIEW_ACTIVITIES,
            ),
        ),
    ),
    Group(
        _("Reporting"),
        (
            _entry(_("Reports"), "reporting:list", Capability.VIEW_REPORTS),
            _entry(_("Receiving desk"), "reporting:desk", Capability.REVIEW_REPORTS),
            _entry(_("Figures"), "insight:overview", Capability.VIEW_REPORTS),
        ),
    ),
    Group(
        _("Lists"),
        (
            _entry(_("Bodies"), "organisations:list", Capability.VIEW_ORGANISATIONS),
            _entry(_("Programmes"), "programmes:list", Capability.VIEW_ORGANISATIONS),
            _entry(
                _("People"),
                "accounts:people",
                Capability.MANAGE_PEOPLE,
                Capability.INVITE_PEOPLE,
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it; `current` is what `aria-current` says."""

    label: Label
    href: str
    current: str


def menu_for(
    held: Mapping[str, bool], view_name: str
) -> Iterator[tuple[Label, list[Link]]]:
    """Each group with what the person may open; empty groups are left out.

    The entry of the page itself is `page`; on other pages the one whose stem they
    share is `true`, else the first entry of the same context.
    """
    here = _entry_of(view_name)
    for group in MENU:
        links = [
            Link(entry.label, href, _current(entry, here, view_name))
            for entry in group.entries
            if _opens(entry, held) and (href := _address(entry.page))
        ]
        if links:
            yield group.label, links


def _opens(entry: Entry, held: Mapping[str, bool]) -> bool:
    return not entry.capabilities or any(held.get(c.value) for c in entry.capabilities)


def _address(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""


def _entry_of(view_name: str) -> str:
    entries = [entry for group in MENU for entry in group.entries]
    if view_name in {entry.page for entry in entries}:
        return view_name
    stems = [one for one in entries if one.stem and view_name.startswith(one.stem)]
    space = view_name.partition(":")[0]
    near = [one for one in entries if one.page.startswith(f"{space}:")]
    return next((one.page for one in [*stems, *near]), "")


def _current(entry: Entry, here: str, view_name: str) -> str:
    if entry.page == view_name:
        return "page"
    return "true" if entry.page == here else ""
