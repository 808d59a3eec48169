"""Vega, Vega-Lite and Vega-Embed as one script for the page, which asks nothing of the network."""

import re
from importlib.metadata import version
from pathlib import Path

from harness.errors import HarnessError
from harness.files import write_atomically

_ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)[\w./#-]*")
"""Addresses in the libraries' messages and menus; those of w3.org name namespaces of SVG."""


def vega_script(cache: Path) -> str:
    """Return the script, which defines `vegaEmbed`, from the package vl-convert-python.

    Bundling takes seconds, so the script is kept in the folder `cache`, by the package's version.
    """
    kept = cache / "report" / f"vega-{version('vl-convert-python')}.js"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    import vl_convert

    bundle = _ADDRESS.sub("", str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")))
    try:
        write_atomically(kept, bundle)
    except HarnessError:
        return bundle  # a cache that cannot be written only costs time
    return bundle
