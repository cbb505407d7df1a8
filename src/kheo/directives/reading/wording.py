"""A due said in words, for the page that people look at."""

from collections.abc import Callable, Mapping

from .messages import say


def due_in_words(due: Mapping[str, object], language: str) -> str:
    """One phrase for any of the contract's shapes."""
    if "relative_to" in due:
        return _from_event(due, language)
    if "on" in due:
        when = " ".join(
            str(part) for part in (due.get("time"), _day(str(due["on"]))) if part
        )
        return say("due.before" if due.get("strict") else "due.by", language, when=when)
    if "within" in due:
        return say("due.within", language, when=_period(str(due["within"]), language))
    if "from" in due:
        last = " ".join(
            str(part) for part in (due.get("time"), _day(str(due["to"]))) if part
        )
        stretch = say("due.range", language, first=_day(str(due["from"])), last=last)
        return f"{stretch}, {say('due.year', language)}" if "every" in due else stretch
    return _returning(due, language)


def _from_event(due: Mapping[str, object], language: str) -> str:
    days = int(str(due["days"]))
    key = "due.before_event" if days < 0 else "due.after_event"
    return say(key, language, days=abs(days), event=due["relative_to"])


def _returning(due: Mapping[str, object], language: str) -> str:
    every = say(f"due.{due['every']}", language)
    if "month" in due:
        day = f"{int(str(due['day'])):02d}/{int(str(due['month'])):02d}"
    else:
        day = _place_in_period(due, language)
    if not day:
        return every
    key = "due.before" if due.get("strict") else "due.by"
    if "week" in due:
        return f"{day}, {every}"
    timed = f"{due['time']} {day}" if "time" in due else day
    return f"{say(key, language, when=timed)}, {every}"


def _place_in_period(due: Mapping[str, object], language: str) -> str:
    wordings: dict[str, Callable[[int], str]] = {
        "week": lambda n: (
            say("due.last_week", language)
            if n < 0
            else say("due.week", language, week=n)
        ),
        "day": lambda n: say("due.day", language, day=n),
        "month_of_quarter": lambda n: say("due.quarter_month", language, month=n),
        "shift_months": lambda n: say("due.shift", language, shift=n),
    }
    return ", ".join(
        word(int(str(due[key]))) for key, word in wordings.items() if key in due
    )


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))


def _period(code: str, language: str) -> str:
    year, _, rest = code.partition("-")
    if rest.startswith("Q"):
        return f"{'quý' if language == 'vi' else 'quarter'} {rest[1:]}/{year}"
    return f"{rest}/{year}" if rest else year
