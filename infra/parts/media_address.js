import cf from 'cloudfront';
import crypto from 'crypto';

// A media address is /{expiry}.{mac}/v/{video}/{version}/{name}, with `early` for `v` while the video is processed: the
// mac says that we made it, the expiry how long it holds.
// The token is stripped, so that the cache keeps one copy whatever the token was.
const ADDRESS = /^\/(\d{9,12})\.([0-9a-f]{32})(\/(?:v|early)\/([0-9a-f-]{36})\/(\d{1,9})\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})$/;
// Pictures of people and the like: no token.
const PUBLIC = /^\/public\/[A-Za-z0-9_\/-]{1,200}\.(jpg|svg)$/;
const REFUSED = { statusCode: 403, statusDescription: 'Forbidden', headers: { 'cache-control': { value: 'no-store' } } };

function equal(left, right) {
    let difference = left.length ^ right.length;
    for (let i = 0; i < left.length; i++) {
        difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
    }
    return difference === 0;
}

async function handler(event) {
    const request = event.request;
    if (PUBLIC.test(request.uri)) {
        return request;
    }
    const found = ADDRESS.exec(request.uri);
    if (!found || Number(found[1]) * 1000 < Date.now()) {
        return REFUSED;
    }
    const key = await cf.kvs().get('media-key');
    const mac = crypto.createHmac('sha256', key).update(found[4] + '/' + found[5] + '/' + found[1]).digest('hex');
    if (!equal(mac.slice(0, 32), found[2])) {
        return REFUSED;
    }
    request.uri = found[3];
    return request;
}
