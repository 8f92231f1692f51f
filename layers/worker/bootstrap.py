"""What a Batch job runs first, in a stock Python image: fetch our bundle, check it, hand over. Standard library only.

Arguments: the module to run and its input. The text of this file is part of the job definition.
"""

import datetime
import hashlib
import hmac
import json
import os
import sys
import tempfile
import urllib.request
import zipfile


def credentials():
    """Access key, secret and token: from the environment, else from the container's own credentials address."""
    env = os.environ
    if "AWS_ACCESS_KEY_ID" in env:
        return env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN", "")
    address = "http://169.254.170.2" + env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
    with urllib.request.urlopen(address, timeout=10) as answer:
        found = json.load(answer)
    return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]


def signed(method, host, path, region):
    """Headers of a request to S3 (Signature Version 4, empty body)."""
    key, secret, token = credentials()
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    empty = hashlib.sha256(b"").hexdigest()
    headers = {"host": host, "x-amz-content-sha256": empty, "x-amz-date": moment}
    if token:
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    lines = "".join(name + ":" + headers[name] + "\n" for name in sorted(headers))
    scope = "/".join([moment[:8], region, "s3", "aws4_request"])
    canonical = "\n".join([method, path, "", lines, names, empty])
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    derived = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    proof = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (key, scope, names, signature)
    return {**headers, "authorization": proof}


def fetch(target):
    """Write the bundle to a file; refuse one with another digest."""
    bucket, key, region = os.environ["BUNDLE_BUCKET"], os.environ["BUNDLE_KEY"], os.environ["AWS_DEFAULT_REGION"]
    base = os.environ.get("AWS_ENDPOINT_URL")
    host = base.partition("://")[2] if base else "s3." + region + ".amazonaws.com"
    path = "/" + bucket + "/" + key
    request = urllib.request.Request((base or "https://" + host) + path, headers=signed("GET", host, path, region))
    digest = hashlib.sha256()
    with urllib.request.urlopen(request, timeout=60) as answer, open(target, "wb") as file:
        while block := answer.read(1 << 20):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != os.environ["BUNDLE_SHA256"]:
        sys.exit("the bundle is not the one that was deployed: its SHA-256 is " + digest.hexdigest())


def main():
    """Unpack the bundle and become the step."""
    folder = tempfile.mkdtemp(prefix="showreel-")
    fetch(folder + "/bundle.zip")
    with zipfile.ZipFile(folder + "/bundle.zip") as bundle:
        bundle.extractall(folder)
    os.remove(folder + "/bundle.zip")
    ffmpeg = folder + "/bin/ffmpeg"
    if os.path.exists(ffmpeg):
        os.chmod(ffmpeg, 0o755)
        os.environ["FFMPEG_PATH"] = ffmpeg
    os.environ["PYTHONPATH"] = folder + os.pathsep + folder + "/python"
    os.chdir(folder)
    os.execvp("python", ["python", "-m", *sys.argv[1:]])


main()
