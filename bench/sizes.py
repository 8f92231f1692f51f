"""What functions unpack on Lambda, as the last `make build` made it."""

from bench.figures import Figure
from infra.build import LAMBDA_BYTES, functions_by_layers
from infra.bundles import size
from infra.parts.discovery import ROOT


def measure() -> list[Figure]:
    """Our code, each layer, and the largest function; nothing when nothing was built."""
    build = ROOT / "build"
    if not (build / "code").exists():
        return []
    code = size(build / "code") / 1e6
    layers = {folder.name: size(folder) / 1e6 for folder in sorted((build / "layers").iterdir())}
    found = [Figure("our code", round(code, 1), "MB")]
    found += [Figure(f"layer {name}", round(value, 1), "MB") for name, value in layers.items()]
    largest = max(code + sum(layers[name] for name in chosen) for chosen in functions_by_layers())
    return [*found, Figure("the largest function, unpacked", round(largest, 1), "MB", round(LAMBDA_BYTES / 1e6, 1))]
