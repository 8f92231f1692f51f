"""Answers that lead to a file."""

from shared.http.framework import BaseModel, Response, json_response


class DownloadAddress(BaseModel):
    """Where the file is to be had until `expires_at`, for anybody who knows the address."""

    url: str
    expires_at: str


def download_answer(url: str, expires_at: str, *, redirect: bool) -> Response:
    """A redirect to the file, or its address for those who cannot follow one across origins."""
    if redirect:
        return Response(status_code=302, headers={"location": url})
    return json_response(DownloadAddress(url=url, expires_at=expires_at), 200)
