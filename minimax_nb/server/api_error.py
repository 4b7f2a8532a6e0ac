"""HTTP errors of the service: a status, a type and a message that ends with its code."""

from __future__ import annotations

from typing import Any

_INVALID = "invalid params, "


class ApiError(Exception):
    """HTTP error that a request is answered with.

    Attributes:
        status: the HTTP status.
        type: the error's type, such as "bad_request_error".
        message: the text, with the service's code in parentheses at its end where it has one.
    """

    def __init__(self, status: int, type_: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_
        self.message = message

    @property
    def reason(self) -> str:
        """The message without the service's own framing, for somebody who has sent no request."""
        return self.message.removeprefix(_INVALID).removesuffix(" (2013)")

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the body as the service writes it (observed on chat completions in 2026)."""
        return {"type": "error", "error": self.error(), "request_id": request_id}

    def error(self) -> dict[str, str]:
        """Return the inner object, as it also appears inside a stream."""
        return {"type": self.type, "message": self.message, "http_code": str(self.status)}


def invalid(what: str) -> ApiError:
    """Make the error with code 2013: something in the request is not allowed."""
    return ApiError(400, "bad_request_error", f"{_INVALID}{what} (2013)")


def unauthorised() -> ApiError:
    """Make the error with code 1004: no key, a wrong one, or one of the other region."""
    return ApiError(
        401,
        "authorized_error",
        "login fail: Please carry the API secret key in the 'Authorization' field of the request header (1004)",
    )
