"""The draw: worked by hand, the same for everybody, fair, and refused where it cannot be made."""

import json
from collections import Counter
from hashlib import sha256

import pytest

from supervision.rules.checks import within_mpe
from supervision.rules.drawing import DrawRefused, Pool, check, draw

POOL = Pool.of(["E3", "E1", "E2", "E4"], ["J2", "J1", "J3"], [("J1", "E2")])
CHI_SQUARE = {19: 43.82, 5: 20.52}
"""The 99.9 % points by degrees of freedom."""


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_the_list_is_the_one_worked_out_from_the_words_of_the_algorithm():
    text = (
        '{"conflicts":[["J1","E2"]],"entities":["E1","E2","E3","E4"],"inspectors":["J1","J2","J3"]}'
    )
    assert POOL.text() == text
    start = f"seed|{hashed(text)}"
    order = sorted(["E1", "E2", "E3", "E4"], key=lambda number: hashed(f"{start}|{number}"))[:3]
    load: Counter[str] = Counter()
    expected = []
    for number in order:
        free = [who for who in ("J1", "J2", "J3") if (who, number) != ("J1", "E2")]
        free.sort(key=lambda who: (load[who], hashed(f"{start}|{number}|{who}")))
        load.update(free[:2])
        expected.append((number, tuple(free[:2])))
    drawn = draw(POOL, seed="seed", wanted=3, each=2)
    assert [(line.entity, line.inspectors) for line in drawn] == expected
    assert [line.position for line in drawn] == [1, 2, 3]


def test_order_and_doubles_of_the_pool_make_no_difference():
    other = Pool.of(
        ["E1", "E2", "E2", "E4", "E3"], ["J3", "J1", "J2"], [("J1", "E2"), ("J9", "E2")]
    )
    assert other.digest() == POOL.digest()
    assert draw(other, seed="s", wanted=2, each=1) == draw(POOL, seed="s", wanted=2, each=1)


def test_a_pool_read_from_its_file_gives_the_same_list():
    read = Pool.read(json.loads(POOL.text()))
    assert draw(read, seed="s", wanted=4, each=2) == draw(POOL, seed="s", wanted=4, each=2)


def test_another_seed_or_another_pool_gives_another_order():
    pool = Pool.of([f"E{n}" for n in range(200)], ["J1", "J2"])
    more = Pool.of([*pool.entities, "E999"], ["J1", "J2"])
    first = [line.entity for line in draw(pool, seed="a", wanted=50, each=1)]
    assert first != [line.entity for line in draw(pool, seed="b", wanted=50, each=1)]
    assert first != [line.entity for line in draw(more, seed="a", wanted=50, each=1)]


def test_nobody_is_sent_where_there_is_a_conflict_and_loads_are_level():
    entities = [f"E{n:03d}" for n in range(60)]
    people = [f"J{n}" for n in range(6)]
    conflicts = [("J0", number) for number in entities[:30]]
    drawn = draw(Pool.of(entities, people, conflicts), seed="s", wanted=60, each=2)
    assert not {(who, line.entity) for line in drawn for who in line.inspectors} & {*conflicts}
    loads = Counter(who for line in drawn for who in line.inspectors)
    assert max(loads.values()) - min(loads.values()) <= 2


@pytest.mark.parametrize(
    ("pool", "wanted", "each", "code"),
    [
        (POOL, 5, 2, "draw.too_large"),
        (POOL, 0, 2, "draw.nothing"),
        (POOL, 1, 4, "draw.too_few_inspectors"),
        (POOL, 1, 3, "draw.all_in_conflict"),
        (Pool.of([], ["J1"]), 1, 1, "draw.too_large"),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused(pool, wanted, each, code):
    with pytest.raises(DrawRefused) as refused:
        check(pool, wanted=wanted, each=each)
    assert refused.value.code == code


def test_over_ten_thousand_draws_everybody_comes_up_as_often():
    pool = Pool.of([f"E{n:02d}" for n in range(20)], [f"J{n}" for n in range(6)])
    entities: Counter[str] = Counter()
    first_sent: Counter[str] = Counter()
    for seed in range(10_000):
        drawn = draw(pool, seed=str(seed), wanted=1, each=1)
        entities[drawn[0].entity] += 1
        first_sent[drawn[0].inspectors[0]] += 1
    for counts, size in ((entities, 20), (first_sent, 6)):
        expected = 10_000 / size
        distance = sum((counts[name] - expected) ** 2 / expected for name in counts)
        assert len(counts) == size
        assert distance < CHI_SQUARE[size - 1]


@pytest.mark.parametrize(
    ("error", "mpe", "expected"), [(5, 5, True), (-5, 5, True), (6, 5, False), (None, None, None)]
)
def test_an_error_at_the_limit_is_within_it(error, mpe, expected):
    assert within_mpe(error, mpe) is expected


@pytest.mark.parametrize(("error", "mpe"), [(1, None), (None, 1), (1, -1)])
def test_half_a_trial_says_nothing(error, mpe):
    with pytest.raises(ValueError, match="check"):
        within_mpe(error, mpe)
