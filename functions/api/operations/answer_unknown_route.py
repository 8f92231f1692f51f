"""Whatever no other endpoint answers: 404, or 405 with `Allow` where the path exists with other methods."""

from shared.base.errors import MethodNotAllowedError, NotFoundError
from shared.contract.declare import ANY_ROUTE, endpoint
from shared.http.request import ApiRequest
from shared.http.routes import methods_of
from shared.http.serve import serve


@endpoint("ANY", ANY_ROUTE, general=False)
async def answer_unknown_route(request: ApiRequest) -> None:
    """Say whether the path or only the method is unknown."""
    methods = methods_of(request.path)
    if request.method in methods:  # the gateway knows the path in another spelling than the caller's
        raise NotFoundError("There is nothing here")
    if methods:
        allowed = ", ".join(methods)
        raise MethodNotAllowedError(f"This path takes {allowed}", headers={"Allow": allowed})
    raise NotFoundError("There is nothing here")


handler = serve(answer_unknown_route)
