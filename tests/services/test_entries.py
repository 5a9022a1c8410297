"""Numbers as people type them: a comma is a decimal point where it can mean nothing else."""

from decimal import Decimal

import pytest

from webapp.services import entries
from webapp.views import forms

READ = [
    ("2", "2"),
    ("1,5", "1.5"),
    ("1.5", "1.5"),
    ("12,50", "12.50"),
    ("0,250", "0.250"),
    ("1.250", "1.250"),
    ("1 250", "1250"),
]
UNCLEAR = [("1,250", "Write 1250 or 1.250."), ("1,250.5", "Write 1250.5."), ("1,250,000", "Write 1250000.")]


@pytest.mark.parametrize(("typed", "read"), READ)
def test_a_number_is_read_the_same_on_every_form(typed: str, read: str) -> None:
    assert entries.amount(typed, places=3, says="The limit") == (Decimal(read), None)
    assert forms.decimal(typed) == Decimal(read)


@pytest.mark.parametrize(("typed", "remedy"), UNCLEAR)
def test_a_comma_that_may_stand_between_thousands_is_asked_about(typed: str, remedy: str) -> None:
    value, sentence = entries.amount(typed, places=3, says="The limit")
    assert value is None
    assert sentence is not None
    assert sentence.endswith(remedy)
    assert forms.decimal(typed) is None


@pytest.mark.parametrize("typed", ["-1", "1e3", "١٢", "1,2,3", "NaN", "1,2345", "9999999999"])
def test_what_is_no_quantity_is_refused_with_a_sentence(typed: str) -> None:
    value, sentence = entries.amount(typed, places=3, says="The limit")
    assert value is None
    assert sentence is not None
    assert sentence.startswith("The limit")
