// The API is asked under its own name and by the edge's addresses, so who asked for what is told beside.
// Whatever a viewer sends under these names is overwritten.
function handler(event) {
    const request = event.request;
    request.headers['x-viewer-address'] = { value: event.viewer.ip };
    request.headers['x-viewer-host'] = { value: request.headers.host.value };
    return request;
}
