"""Check what a model file says beside its graph: metadata, signatures, a memory plan."""

import struct
from collections.abc import Sequence

from harness.model_file.flatbuffer import MalformedError, Table

_MOST_TABLES = 65_536
_MEMORY_PLAN = "OfflineMemoryAllocation"
_PLAN_HEADER = 3  # words: version, subgraph, number of tensors
_PLAN_ALIGNMENT = 4
_LARGEST_OFFSET = 1 << 28
_ONLINE = -1  # in place of an offset: the runtime plans this tensor


def check_side_data(
    root: Table, data: bytes, buffers: Sequence[tuple[int, int]], tensors: int
) -> None:
    """Check the references of metadata and signatures, and the plan that TFLM would follow.

    `buffers` are (offset in the file, length) of every buffer; `tensors` is their number.

    Raises:
        MalformedError: One leads to nothing, or the plan is of another model.
    """
    named = list(root.scalars(5, "i"))
    for table in root.children(6, _MOST_TABLES):
        named.append(table.scalar(1, "I", 0))
        # TFLM compares no more than the beginning of the name.
        if table.text(0).startswith(_MEMORY_PLAN) and named[-1] < len(buffers):
            first, length = buffers[named[-1]]
            _check_plan(data[first : first + length], tensors)
    for buffer in named:
        if not 0 <= buffer < len(buffers):
            raise MalformedError(f"metadata names buffer {buffer} of {len(buffers)}")
    for signature in root.children(7, _MOST_TABLES):
        _check_signature(signature, tensors)


def _check_signature(signature: Table, tensors: int) -> None:
    if signature.scalar(4, "I", 0):
        raise MalformedError("a signature is of a subgraph that does not exist")
    for slot in (0, 1):
        for entry in signature.children(slot, _MOST_TABLES):
            if entry.scalar(1, "I", 0) >= tensors:
                raise MalformedError("a signature names a tensor that does not exist")


def _check_plan(plan: bytes, tensors: int) -> None:
    """Check the places that a file gives its tensors in the arena, which TFLM takes as they are."""
    if len(plan) != 4 * (_PLAN_HEADER + tensors):
        raise MalformedError(f"its memory plan has {len(plan)} bytes for {tensors} tensors")
    words = struct.unpack(f"<{len(plan) // 4}i", plan)
    if words[2] != tensors:
        raise MalformedError(f"its memory plan is of {words[2]} tensors, not {tensors}")
    for offset in words[_PLAN_HEADER:]:
        if offset != _ONLINE and (not 0 <= offset < _LARGEST_OFFSET or offset % _PLAN_ALIGNMENT):
            raise MalformedError(f"its memory plan has the offset {offset}")
