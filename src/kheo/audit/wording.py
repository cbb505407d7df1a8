"""What the trail says, in plain words: one sentence for each verb, after a name.

Verbs belong to the contexts that write them; their words stand together here, so that
the history of anything reads alike and a check can see that none is missing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = MappingProxyType(
    {
        "activity.plan": _("planned the day"),
        "activity.change": _("changed the plan"),
        "activity.log": _("logged what was done"),
        "activity.agree": _("agreed to the day"),
        "activity.counter": _("proposed another date"),
        "activity.accept_date": _("accepted the new date"),
        "activity.confirm": _("confirmed that it took place"),
        "activity.dispute": _("questioned it"),
        "activity.decline": _("declined the day"),
        "activity.propose": _("proposed it again"),
        "activity.correct_day": _("took over the commune's day"),
        "activity.cancel": _("cancelled the plan"),
        "activity.withdraw": _("withdrew the log"),
        "activity.photo": _("added a photo"),
        "activity.photo_removed": _("removed a photo"),
        "activity.roster": _("changed the list of people"),
        "assignment.end": _("ended the charge of the commune"),
        "assignment.start": _("put the unit in charge of the commune"),
        "feed.make": _("made an address for calendar programs"),
        "feed.revoke": _("stopped an address for calendar programs"),
        "file.store": _("stored a file"),
        "file.withdraw": _("withdrew a file"),
        "group.define": _("defined a named group of bodies"),
        "host.limit": _("set how many visits a month takes"),
        "host.limit_dropped": _("took back the limit of visits"),
        "household.codes": _("issued codes for households"),
        "number.cancel": _("cancelled a number of the register"),
        "number.take": _("took a number of the register"),
        "numbering.choose": _("chose where numbers come from"),
        "numbering.open": _("opened a sequence of numbers"),
        "organisation.alias": _("added another name"),
        "organisation.amend": _("changed what the body is called or how it stands"),
        "organisation.create": _("entered the body"),
        "organisation.place": _("placed the body below another"),
        "organisation.reorganise": _("applied a reorganisation to the body"),
        "place.borders": _("imported borders of communes"),
        "place.change": _("applied a change of places"),
        "place.load": _("loaded the country's places"),
        "place.profile": _("changed the profile of the commune"),
        "plan.apply": _("applied a plan of reorganisation"),
        "plan.undo": _("undid a plan of reorganisation"),
        "programme.keep_since": _("set since when reports are kept here"),
        "programme.load": _("loaded a version of the programme"),
        "programme.set_focal_day": _("set an earlier day for the bodies below"),
        "report.open": _("began the report"),
        "report.save": _("saved the draft"),
        "report.fill": _("took over a filled-in Excel form"),
        "report.pull": _("took over words from below"),
        "report.submit": _("submitted it to the leader"),
        "report.take_back": _("took it back"),
        "report.hand_back": _("handed it back to the clerk"),
        "report.approve": _("approved the figures; it was sent"),
        "report.return": _("returned it"),
        "report.accept": _("accepted it"),
        "report.reopen": _("reopened it"),
        "report.extend": _("gave more time"),
        "report.issue": _("recorded the issued paper"),
        "report.settle": _("settled changed figures"),
        "roster.forget": _("deleted lists of people whose time was over"),
        "summary.approve": _("approved the report upward"),
        "summary.issue": _("recorded the number of the report upward"),
        "summary.reopen": _("reopened the report upward"),
        "summary.save": _("wrote the report upward"),
        "team.name": _("named the body's own teams"),
        "tree.define": _("defined a line of bodies"),
        "user.add": _("added a person"),
        "user.change": _("corrected the name or the title"),
        "user.deactivate": _("closed the account"),
        "user.grant": _("gave a role"),
        "user.invite": _("made an invitation"),
        "user.password": _("chose a password"),
        "user.reactivate": _("opened the account again"),
        "user.sign_out": _("signed out everywhere"),
        "user.ungrant": _("ended a role"),
        "user.unlock": _("lifted the lock after wrong passwords"),
    }
)


INTERNAL = frozenset(
    {"report.save", "report.fill", "report.take_back", "report.hand_back"}
)
"""What only the body's own people read in a history."""


def plain(verb: str) -> str:
    """The sentence of a verb in the language of the page; an unknown one stays itself."""
    return str(SENTENCES.get(verb, verb))
