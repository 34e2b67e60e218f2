"""The learned model against scikit-learn's, on real leads and on generated ones."""

from __future__ import annotations

import json
import random
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from scoring.learned.logistic import chances, fit
from scoring.learned.measures import auc, brier, calibration, calibration_error
from scoring.learned.training import Trained, train
from scoring.learned.weights import Weights, as_score, chance
from tests.scoring.learned.history import Row, generated, honest_fields, real_leads, true_chance

FIELDS = ["size", "industry", "country", "colour", "stack"]


def halves(rows: list[Row], won: list[bool]) -> tuple[tuple[list[Row], Any], tuple[list[Row], Any]]:
    order = list(range(len(rows)))
    random.Random(1).shuffle(order)
    middle = len(order) // 2
    parts = order[:middle], order[middle:]
    left, right = (([rows[at] for at in part], np.array([float(won[at]) for at in part])) for part in parts)
    return left, right


def oracle(rows: list[Row], won: Any, fields: list[str], unseen: list[Row]) -> Any:
    """scikit-learn's chances with the same fields: one-hot from 20 times on, standardised numbers, C = 0.3."""
    numbers = [name for name in fields if all(isinstance(row[name], float | None) for row in rows)]
    words = [name for name in fields if name not in numbers]
    blank = dict.fromkeys(numbers, np.nan) | dict.fromkeys(words, "missing")

    def table(some: list[Row]) -> Any:
        return np.array(
            [[blank[n] if row[n] is None else row[n] for n in [*numbers, *words]] for row in some], dtype=object
        )

    at = len(numbers)
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), list(range(at))),
            (
                "words",
                OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"),
                list(range(at, at + len(words))),
            ),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(C=0.3, max_iter=5000)).fit(table(rows), won)
    return model.predict_proba(table(unseen))[:, 1]


def promises(trained: Trained, rows: list[Row]) -> Any:
    return np.array([trained.weights.chance(row) for row in rows])


@pytest.mark.shared_data
def test_on_real_leads_it_is_as_good_as_scikit_learn(capsys: pytest.CaptureFixture[str]) -> None:
    rows, won = real_leads()
    fields = honest_fields(rows)
    (seen, outcome), (unseen, came) = halves(rows, won)
    began = process_time()
    trained = train(seen, outcome, fields)
    seconds = process_time() - began
    ours, theirs = promises(trained, unseen), oracle(seen, outcome, fields, unseen)
    error = calibration_error(calibration(ours, came))
    with capsys.disabled():
        print(
            f"\n  AUC {auc(ours, came):.4f} (scikit-learn {auc(theirs, came):.4f}), Brier {brier(ours, came):.4f} "
            f"({brier(theirs, came):.4f}), calibration error {error:.4f}, trained in {seconds:.2f} s of CPU, "
            f"{trained.steps} Newton steps"
        )
    assert auc(ours, came) > auc(theirs, came) - 0.01
    assert brier(ours, came) < brier(theirs, came) + 0.005
    assert error < 0.03
    assert trained.steps <= 10  # what training takes, on any machine


def test_on_generated_leads_it_comes_near_the_truth() -> None:
    (seen, outcome), (unseen, came) = halves(*generated(4000))
    ours = promises(train(seen, outcome, FIELDS), unseen)
    truth = np.array([true_chance(row) for row in unseen])
    assert np.abs(ours - truth).mean() < 0.05
    assert auc(ours, came) > auc(truth, came) - 0.015


def test_the_weights_are_scikit_learns() -> None:
    dice = np.random.default_rng(3)
    columns = dice.normal(size=(600, 5))
    won = (dice.random(600) < chances(columns @ np.array([1.0, -0.5, 0.0, 2.0, 0.3]) - 0.4)).astype(float)
    ours, theirs = fit(columns, won, ridge=2.0), LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(columns, won)
    assert ours.weights == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_the_same_leads_make_the_same_model() -> None:
    rows, won = generated(800)
    assert train(rows, won, FIELDS) == train(rows, won, FIELDS)


def test_a_model_survives_being_stored() -> None:
    rows, won = generated(800)
    weights = train(rows, won, FIELDS).weights
    assert Weights.from_json(json.loads(json.dumps(weights.as_json()))) == weights


def test_a_pair_of_fields_that_matters_only_together_is_found() -> None:
    dice = random.Random(5)
    rows = [{"a": dice.choice("xy"), "b": dice.choice("uv"), "c": dice.choice("pq")} for _ in range(1500)]
    won = [dice.random() < (0.8 if (row["a"] == "x") == (row["b"] == "u") else 0.2) for row in rows]
    weights = train(rows, won, ["a", "b", "c"]).weights
    assert "a × b" in [term.field for term in weights.terms]
    assert weights.chance({"a": "x", "b": "u", "c": "p"}) > 0.7
    assert weights.chance({"a": "x", "b": "v", "c": "p"}) < 0.3


def test_pairs_that_say_nothing_new_are_not_learned() -> None:
    rows, won = generated(3000)
    assert [term.field for term in train(rows, won, FIELDS).weights.terms] == FIELDS


def test_missing_is_a_value_of_its_own() -> None:
    rows = [{"phone": "given" if at % 2 else None} for at in range(400)]
    won = [bool(row["phone"]) == (at % 10 < 8) for at, row in enumerate(rows)]
    weights = train(rows, won, ["phone"]).weights
    assert weights.chance({"phone": None}) < 0.35 < 0.65 < weights.chance({"phone": "given"})


def test_a_rare_value_is_learned_with_the_other_rare_ones() -> None:
    rows: list[Row] = [{"city": "Ulm"}] * 60 + [{"city": f"Village {at}"} for at in range(60)]
    weights = train(rows, [True] * 50 + [False] * 70, ["city"]).weights
    assert weights.terms[0].plan.values == ("ulm",)
    assert weights.chance({"city": "Village 3"}) == weights.chance({"city": "Village 4"}) < 0.3


def test_what_was_never_seen_adds_nothing() -> None:
    rows: list[Row] = [{"plan": "big" if at % 2 else "small"} for at in range(400)]
    [term] = train(rows, [at % 2 == 1 for at in range(400)], ["plan"]).weights.terms
    assert term.worth({"plan": None}) == term.worth({"plan": "huge"}) == 0


def test_a_field_that_never_varies_is_left_out() -> None:
    rows: list[Row] = [{"id": f"x{at}", "one": 1.0, "note": "long " * 60, "when": object()} for at in range(400)]
    trained = train(rows, [at % 2 == 1 for at in range(400)], ["id", "one", "note", "when"])
    assert trained.left_out == ("id", "one", "note", "when")
    assert trained.weights.chance({}) == pytest.approx(0.5)


def test_the_average_lead_starts_at_the_intercept() -> None:
    rows, won = generated(800)
    weights = train(rows, won, FIELDS).weights
    means = [np.mean([term.worth(row) for row in rows]) for term in weights.terms]
    assert means == pytest.approx([0.0] * len(means), abs=1e-6)


facts = st.fixed_dictionaries(
    {
        "size": st.none() | st.floats(-1e9, 1e9) | st.integers(),
        "industry": st.none() | st.sampled_from(["retail", "media", "Media ", "unheard of"]) | st.text(),
        "country": st.none() | st.sampled_from(["DE", "GB", "XX"]) | st.booleans(),
        "stack": st.none() | st.lists(st.sampled_from(["sap", "aws", "cobol"])),
    }
)
MODEL = train(*generated(800), FIELDS).weights


@given(facts)
@settings(max_examples=200)
def test_a_score_is_the_logistic_of_its_terms_and_within_bounds(row: Row) -> None:
    worths = [worth for _, worth in MODEL.worths(row)]
    assert MODEL.chance(row) == chance(MODEL.intercept + sum(worths))
    assert 0 <= as_score(MODEL.log_odds(row)) <= 100


@given(facts, st.sets(st.sampled_from(FIELDS)), facts)
@settings(max_examples=200)
def test_whatever_unknown_facts_turn_out_to_be_the_score_stays_in_its_reach(
    row: Row, unknown: set[str], later: Row
) -> None:
    low, high = MODEL.reach({**row, **dict.fromkeys(unknown)}, unknown)
    known = {name: later.get(name) for name in unknown if later.get(name) not in (None, [])}
    known = {name: value for name, value in known.items() if name != "size" or isinstance(value, int | float)}
    assert low - 1e-6 <= MODEL.log_odds({**row, **dict.fromkeys(unknown), **known}) <= high + 1e-6


def test_measures_are_scikit_learns() -> None:
    dice = np.random.default_rng(4)
    promised, came = np.round(dice.random(500), 1), (dice.random(500) < 0.3).astype(float)
    assert auc(promised, came) == pytest.approx(roc_auc_score(came, promised))
    assert brier(promised, came) == pytest.approx(brier_score_loss(came, promised))
