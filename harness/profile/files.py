"""Write the files of a profile, each whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from harness.files import write_atomically
from harness.profile.chrome_trace import chrome_trace
from harness.profile.comparison import Comparison
from harness.profile.comparison_table import comparison_csv
from harness.profile.documents import operators_csv, profile_json
from harness.profile.flame_graph import flame_graph
from harness.profile.folded_stacks import folded_stacks
from harness.profile.profile import Profile
from harness.profile.tree import make_tree

FLAME_GRAPH = "flame.html"
"""The file to look at first."""


def write_profile(profile: Profile, folder: Path, comparison: Comparison | None = None) -> None:
    """Write flame graph, trace, folded stacks and tables of a profile into `folder`.

    Raises:
        HarnessError: The folder cannot be written.
    """
    for name, text in _texts(profile, comparison).items():
        write_atomically(folder / name, text)


def _texts(profile: Profile, comparison: Comparison | None) -> Mapping[str, str]:
    tree = make_tree(profile)
    texts = {
        FLAME_GRAPH: flame_graph(profile, tree),
        "trace.json": chrome_trace(profile, tree),
        "stacks.folded": folded_stacks(tree),
        "profile.json": profile_json(profile),
        "operators.csv": operators_csv(profile),
    }
    if comparison is not None:
        texts["comparison.csv"] = comparison_csv(comparison)
    return texts
