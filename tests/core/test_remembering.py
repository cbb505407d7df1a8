"""Inside `remembering()` the same question is asked once; everywhere else every time."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kheo.core.middleware import RememberingMiddleware
from kheo.core.remembering import forget, remembered, remembering


@pytest.fixture
def asked():
    """A marked function, and what it was asked so far."""
    questions = []

    @remembered
    def square(number, *, twice=False):
        questions.append((number, twice))
        return number**2 * (2 if twice else 1)

    return square, questions


def test_outside_every_question_is_asked(asked):
    square, questions = asked

    assert (square(3), square(3)) == (9, 9)
    assert len(questions) == 2


def test_inside_the_same_question_is_asked_once_and_another_is_another(asked):
    square, questions = asked
    with remembering():
        answers = [square(3), square(3), square(4), square(3, twice=True), square(3)]

    assert answers == [9, 9, 16, 18, 9]
    assert questions == [(3, False), (4, False), (3, True)]


def test_two_functions_do_not_answer_for_each_other(asked):
    square, _questions = asked

    @remembered
    def cube(number):
        return number**3

    with remembering():
        assert (square(2), cube(2)) == (4, 8)


def test_what_was_forgotten_is_asked_anew(asked):
    square, questions = asked
    with remembering():
        square(3)
        forget()
        square(3)

    assert len(questions) == 2


def test_nothing_is_remembered_from_one_time_to_the_next_even_after_an_error(asked):
    square, questions = asked

    def fail():
        with remembering():
            raise ZeroDivisionError(square(3))

    with pytest.raises(ZeroDivisionError):
        fail()
    square(3)
    with remembering():
        square(3)

    assert len(questions) == 3


@pytest.mark.parametrize(("method", "times"), [("get", 1), ("head", 1), ("post", 2)])
def test_a_page_that_is_read_remembers_and_what_writes_asks_afresh(
    asked, method, times
):
    square, questions = asked

    def page(_request):
        return HttpResponse(f"{square(3)} {square(3)}")

    RememberingMiddleware(page)(getattr(RequestFactory(), method)("/"))

    assert len(questions) == times
