"""A short run of the fuzzer, the same in every run of the tests; ``python tests/fuzz.py`` goes on for longer."""

import time

import fuzz
import pytest

COUNTS = {"file": 400, "set": 600, "option": 300, "address": 300, "message": 2_000, "table": 80, "export": 400}


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_whatever_is_made_up_ends_in_an_answer_or_a_sentence(kind):
    ends = fuzz.run(kind, 1, 0, COUNTS[kind], time.monotonic() + 120)
    assert ends.total() > COUNTS[kind] / 4
    assert len(ends) > 1, "nothing but one end: the inputs are not worth much"


def test_an_input_is_made_again_by_its_number():
    import random

    trial = fuzz.Files()
    assert trial.make(random.Random("file 1 5")) == trial.make(random.Random("file 1 5"))
    assert trial.make(random.Random("file 1 5")) != trial.make(random.Random("file 1 6"))
