"""The lesson as a room's steps: whole, timed, true, and in every language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.epsilons import LINF
from facemask_ui.choices import models
from facemask_ui.classroom import answers, game, page, programme
from facemask_ui.lab import sample_films, stored_films
from facemask_ui.language import LANGUAGES, read_texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters import CHAPTERS

MODEL = subjects.pick_model()


@pytest.mark.parametrize("minutes", programme.DURATIONS)
def test_a_lesson_takes_the_minutes_it_says(minutes: int) -> None:
    steps = programme.steps(minutes, "en")
    assert 0.85 * minutes < sum(step.minutes for step in steps) <= minutes
    assert (steps[0].kind, steps[-1].kind) == ("welcome", "end")
    phases = [step.phase for step in steps if step.phase]
    assert phases == ["before"] * 6 + ["after"] * 6


@pytest.mark.parametrize("minutes", [25, 45])
def test_a_whole_lesson_has_all_chapters_in_their_order(minutes: int) -> None:
    chapters = [it.data["chapter"] for it in programme.steps(minutes, "en") if "chapter" in it.data]
    assert chapters == sorted(chapters)
    assert {*chapters} == {*range(1, len(CHAPTERS) + 1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_every_answer_has_words(language: str) -> None:
    texts = read_texts(language).within("classroom")
    for step in programme.steps(45, language):
        if step.question is not None:
            keys = [f"questions.{step.question}.choices.{choice}" for choice in step.choices]
            keys += [f"questions.{step.question}.text", f"steps.{step.phase}"]
        elif step.data.get("quiz"):
            assert step.data["question"]
            assert len(step.data["options"]) == len(step.choices)
            continue
        else:
            keys = [f"numbers.{name}.title" for name in step.numbers]
            keys += [f"steps.{step.id}.title"]
            keys += [f"choices.{choice}" for choice in step.choices if step.kind == "guess"]
        assert all(texts.has(key) for key in keys), step.id


def test_answers_come_from_the_shipped_films_and_only_when_asked_for() -> None:
    (question,) = sample_films.list_questions(
        models.on_demand(MODEL), attacks.make("fgsm"), [samples.get(subjects.BARE)]
    )
    film = stored_films.find_film(question)
    assert film is not None
    expected = {notch: pair for part in film for notch, pair in part.answers.items()}
    (step,) = (it for it in programme.steps(25, "en") if it.id == "guess")
    for level in step.levels:
        truth = step.find_truth(level)
        assert truth is not None
        pair = expected[int(level)]
        assert truth["probabilities"] == tuple(pair)
        assert truth["answer"] == ("masked" if pair[1] > pair[0] else "bare")
    assert not {"truths", "probabilities", "answer"} & step.describe().keys()
    wrong = [notch for notch in LINF.notches if expected[notch][question.label] < 0.5]
    (slider,) = (it for it in programme.steps(25, "en") if it.id == "slider")
    truth = slider.find_truth(None)
    assert truth is not None
    assert truth["answer"] == (str(wrong[0]) if wrong else "never")
    assert truth["answer"] in slider.choices


def test_a_phone_draws_the_very_pictures_of_a_film() -> None:
    (question,) = sample_films.list_questions(
        models.on_demand(MODEL), attacks.make("fgsm"), [samples.get(subjects.BARE)]
    )
    film = stored_films.find_film(question)
    bits = answers.read_bits(subjects.BARE, MODEL)
    assert film is not None
    assert bits is not None
    size = question.face.size
    for at in (0, 7, size // 2, size - 1):
        up, moved = (bits[(at + row) >> 3] >> (7 - (at + row) % 8) & 1 for row in (0, size))
        attacked = film[1].attacked_at(1, question.face).ravel()[at]
        value = int(question.face.ravel()[at])
        assert attacked == min(255, max(0, value + moved * (2 * up - 1)))
    assert answers.read_bits("../etc", MODEL) is None
    assert answers.read_bits(subjects.BARE, "../etc") is None


def test_a_chapters_answer_is_measured_in_a_thread_and_told_when_it_is_there() -> None:
    chapter = CHAPTERS[-1]
    truth = answers.ChapterTruth(read_texts("en").within("lesson"), chapter, 1)
    (step,) = (it for it in programme.steps(25, "en") if it.id == "meaning-1")
    step = replace(step, truths=truth)
    truth.measure()
    found = step.find_truth(None)
    assert found is not None
    assert found["answer"] == "1"  # the lesson shows no way past a scanner
    assert "door" in found["text"]


@pytest.fixture
def payoff(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A game of four moves, in the form of the file that is measured."""
    names = ("none", "robust")
    attacks = [
        {"name": f"e{level}s1", "level": level, "steps": 1, "cost": level + 0.3}
        for level in (2, 4, 8, 9)
    ]
    table = {"budget": 9.0, "attacks": attacks, "defences": names}
    accuracy = {attack["name"]: dict.fromkeys(names, 0.5) for attack in attacks}
    file = tmp_path / "payoff.json"
    file.write_text(json.dumps(table | {"accuracy": accuracy}), encoding="utf-8", newline="\n")
    monkeypatch.setattr(game, "PAYOFF", file)
    game._read_payoff.cache_clear()


@pytest.mark.usefixtures("payoff")
def test_attackers_choose_what_their_budget_pays_for() -> None:
    lesson = programme.steps(25, "en", with_game=True)
    (step,) = (it for it in lesson if it.kind == "game")
    assert step.game is not None
    assert step.game.list_choices("attacker") == ("e2s1", "e4s1", "e8s1")
    assert step.game.list_choices("defender") == ("none", "robust")
    assert step.describe()["data"]["described"]["e4s1"] == {"level": 4, "steps": 1}
    assert lesson[lesson.index(step) + 1].phase == "after"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("write", [page.pupil_page, page.projector_page])
def test_pages_carry_their_words_and_no_address_of_another_server(
    language: str, write: object
) -> None:
    text = write(language)  # type: ignore[operator]
    assert f'<html lang="{language}">' in text
    assert "http://" not in text
    assert "https://" not in text
    assert "{{" not in text
