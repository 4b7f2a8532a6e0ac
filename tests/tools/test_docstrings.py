"""Docstrings: the description and one text an argument, in the styles people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.tools.docstrings import read_docstring

GOOGLE = """Find a train.

    Only direct ones.

    Args:
        start (str): where from
        end (str, optional): where to,
            with the country: like Ulm, DE

        *rest: more
    Returns:
        A list: of trains.

    Example:
        >>> find("a")
    """

NUMPY = """
    Find a train.

    Parameters
    ----------
    start : str
        where from
    end, via : str, optional
        where to,
        with the country

    Returns
    -------
    list
        trains
    """

SPHINX = """Find a train.

    :param start: where from
    :type start: str
    :param str end: where to,
        with the country: like Ulm
    :returns: trains
    """


@pytest.mark.parametrize(
    ("docstring", "description", "arguments"),
    [
        (
            GOOGLE,
            "Find a train.\n\nOnly direct ones.",
            {"start": "where from", "end": "where to, with the country: like Ulm, DE", "rest": "more"},
        ),
        (
            NUMPY,
            "Find a train.",
            {"start": "where from", "end": "where to, with the country", "via": "where to, with the country"},
        ),
        (SPHINX, "Find a train.", {"start": "where from", "end": "where to, with the country: like Ulm"}),
        ("Find a train.", "Find a train.", {}),
        ("Note: this one is slow.", "Note: this one is slow.", {}),
        ("Args:\n", "", {}),
        ("Say it.\n\nArgs:\n  nothing here has a colon\n", "Say it.", {}),
        ("Says ``:param``: and such.", "Says ``:param``: and such.", {}),
        ("", "", {}),
        (None, "", {}),
    ],
)
def test_a_docstring_gives_its_description_and_its_arguments(
    docstring: str | None, description: str, arguments: dict[str, str]
) -> None:
    assert read_docstring(docstring) == (description, arguments)


@given(st.text(alphabet="aA:- \n\t(*)@", max_size=200) | st.text())
def test_no_docstring_is_too_odd_to_read(docstring: str) -> None:
    description, arguments = read_docstring(docstring)
    assert isinstance(description, str)
    assert all(isinstance(text, str) for text in arguments.values())
