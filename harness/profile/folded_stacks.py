"""Write folded stacks: one line a stack, for any flame graph tool."""

from collections.abc import Iterator

from harness.profile.tree import Node


def folded_stacks(tree: Node) -> str:
    """Return the leaves of a tree in the folded format: `frame;frame;frame cycles`.

    The numbers sum to the region's typical cycles, rounded. Stacks of no cycle are left out.
    """
    return "".join(f"{stack} {weight}\n" for stack, weight in _stacks(tree, ()))


def _stacks(node: Node, above: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for child in node.children:
        frames = (*above, child.step.name.replace(";", ":"))
        if child.children:
            yield from _stacks(child, frames)
        elif child.weight:
            yield ";".join(frames), child.weight
