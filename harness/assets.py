"""Find the data folders that ship beside the Python package: boards, models, firmware."""

from pathlib import Path


def asset_path(name: str) -> Path:
    """Return the path of a shipped file or folder such as `boards` or `firmware`.

    In a checkout it stands beside the package; in an installed wheel, inside the package.
    """
    package = Path(__file__).parent
    beside = package.parent / name
    return beside if beside.exists() else package / "assets" / name
