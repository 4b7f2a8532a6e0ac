"""A picture or video as a part of a message's content."""

from __future__ import annotations

from typing import Any

from minimax_nb.frontend import RichDisplay
from minimax_nb.message.media_words import media_words, pictures_in


class MediaPart(dict[str, Any], RichDisplay):
    """A part of type ``image_url`` or ``video_url``: the dict that is sent, which shows itself small.

    It goes into ``chat(["What is it?", part])``, and into the messages of a request of one's own.
    """

    def __repr__(self) -> str:
        return f"<{media_words(self)}>"

    def _forms(self) -> dict[str, Any]:
        from minimax_nb.render.text.escape import escape_prose
        from minimax_nb.render.thumbnail import thumbnails

        words = f"<p>{escape_prose(media_words(self))}</p>"
        return {"text/plain": repr(self), "text/html": f"{thumbnails(pictures_in([self]))}{words}"}
