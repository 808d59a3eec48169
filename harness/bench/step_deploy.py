"""The deploy step: the model as it is flashed, and what its weights take there."""

import zlib

from harness.bench.artifacts import Converted, Deployed
from harness.bench.context import Context
from harness.bench.tools import code
from harness.errors import Stop
from harness.model_file.deploy import CannotDeployError, deploy
from harness.model_file.operator_table import OperatorTable, load_operator_table
from harness.model_file.reader import read_model
from harness.model_file.support import unsupported_reason
from harness.model_file.weight_figures import deflate_bytes, entropy_bytes, weights_bytes


def deploy_model(ctx: Context, label: str, converted: Converted, api: str) -> Deployed | Stop:
    """Return the model as a runtime with this API reads it from flash, or why it cannot.

    Where the runtime has our kernels for packed weights, they are packed as the scheme asks.
    """
    table = load_operator_table(api)

    def compute() -> Deployed | Stop:
        original = ctx.store.get(converted.tflite)
        try:
            content = _stored(original, converted, table, label)
        except CannotDeployError as error:
            return Stop("unsupported", str(error))
        flashed = read_model(content, label)
        reason = unsupported_reason(flashed, table)
        if reason is not None:
            return Stop("unsupported", reason)
        return Deployed(
            tflite=ctx.store.put(content),
            weights_bytes=weights_bytes(flashed),
            weights_entropy_bytes=entropy_bytes(original, label),
            model_deflate_bytes=deflate_bytes(content),
        )

    inputs = {
        "tflite": converted.tflite,
        "storage": converted.storage,
        "table": table.model_dump(mode="json"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "code": code("model_file"),
    }
    return ctx.step("deploy", f"{label}: storing weights", inputs, Deployed, compute)


def _stored(original: bytes, converted: Converted, table: OperatorTable, label: str) -> bytes:
    if table.custom:
        return deploy(original, converted.storage, label)
    if converted.storage != "as-converted":
        raise CannotDeployError(
            f"{converted.storage} weights need custom operators of this harness, which are built "
            f"for the default runtime, not for {table.title}"
        )
    return original
