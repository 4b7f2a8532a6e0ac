"""Repair: any broken history becomes one that checks clean."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb.history.check import check_history, repair_history
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.service.history_rules import check_messages
from minimax_nb.server.service.models import MODELS

from ..support.broken_histories import ARGUMENTS
from ..support.histories import FRAMES, M2, M3, MEDIA_URLS, broken_messages, call, calls, junk, models, result, user


@pytest.mark.parametrize(("arguments", "code", "mended"), ARGUMENTS, ids=lambda value: repr(value)[:30])
def test_arguments_are_found_broken_and_kept_as_far_as_they_can_be_read(arguments: Any, code: str, mended: Any) -> None:
    messages = [user(), calls(call(arguments=arguments)), result()]
    assert [(finding.index, finding.code) for finding in check_history(messages)] == [(1, code)]
    fixed = repair_history(messages)
    assert json.loads(fixed[1]["tool_calls"][0]["function"]["arguments"]) == mended
    assert check_history(fixed) == []


# What is gone cannot be made up, and an empty list stays one.
BEYOND_REPAIR = {"no-messages", "thinking-dropped"}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(broken_messages | junk, max_size=8), models)
def test_any_broken_history_is_mended_to_one_that_checks_clean(messages: list[Any], model: str | None) -> None:
    before = copy.deepcopy(messages)
    mended = repair_history(messages, model=model)
    assert messages == before
    assert [f for f in check_history(mended, model=model) if f.code not in BEYOND_REPAIR] == []
    assert repair_history(mended, model=model) == mended
    assert repr(check_history(messages, model=model))
    assert check_history(messages, model=model)._repr_html_()


def refusal(messages: list[Any], model: str) -> str | None:
    """What the embedded server says to a history, or None if it takes it."""
    try:
        check_messages(messages, MODELS[model])
    except ApiError as error:
        return error.message
    return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(broken_messages | junk, max_size=8), st.sampled_from([M2, M3]))
def test_the_embedded_server_refuses_what_is_refused_here_and_takes_what_is_mended(
    messages: list[Any], model: str
) -> None:
    said = refusal(messages, model)
    assert check_history(messages, model=model).refused == (said is not None), said
    mended = repair_history(messages, model=model)
    assert not mended or refusal(mended, model) is None


@pytest.mark.heavy
@pytest.mark.parametrize("model", [M2, M3])
@pytest.mark.parametrize("kind", ["image_url", "video_url"])
def test_check_and_embedded_server_are_of_one_mind_about_every_picture_and_film(kind: str, model: str) -> None:
    inners = [*MEDIA_URLS, *({"url": url, "fps": frames} for url in MEDIA_URLS for frames in FRAMES)]
    verdicts = set()
    for inner in inners:
        messages = [{"role": "user", "content": [{"type": kind, kind: inner}]}]
        said = refusal(messages, model)
        verdicts.add(said is None)
        assert check_history(messages, model=model).refused == (said is not None), (inner, said)
        assert refusal(repair_history(messages, model=model), model) is None
    assert verdicts == ({True, False} if model == M3 else {False})
