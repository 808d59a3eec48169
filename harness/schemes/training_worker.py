"""Train one of our models with TensorFlow: `python -m harness.schemes.training_worker FOLDER`.

In the folder lie `request.json` and `model.py`. While training it keeps the number of finished
epochs in `epoch`; it leaves `checkpoint.npz` and `response.json`.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.schemes.keras_files import build_network, weight_names
from harness.tasks import find_task, quality


def train(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Train as `request` says and return the response with the test quality.

    Raises:
        HarnessError: The task is unknown, or `model.py` cannot be run.
    """
    import tensorflow as tf
    import tf_keras

    task = find_task(request["task"])
    data = task.load()
    # One thread: how sums are split among threads would decide the weights.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    tf_keras.utils.set_random_seed(request["seed"])
    network = build_network(folder / "model.py", request["name"])
    steps = request["epochs"] * -(-len(data.x_train) // request["batch_size"])
    rate = tf_keras.optimizers.schedules.CosineDecay(request["learning_rate"], steps)
    network.compile(tf_keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy")
    network.fit(
        data.x_train,
        data.y_train,
        batch_size=request["batch_size"],
        epochs=request["epochs"],
        verbose=0,
        callbacks=[
            tf_keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, _: write_atomically(folder / "epoch", str(epoch + 1))
            )
        ],
    )
    weights = dict(zip(weight_names(network), network.get_weights(), strict=True))
    stream = io.BytesIO()
    np.savez_compressed(stream, **weights)
    (folder / "checkpoint.npz").write_bytes(stream.getvalue())
    scores = np.asarray(network(data.x_test, training=False))
    return {
        "error": None,
        "quality": quality(task.metric, scores, data.y_test),
        "samples": len(data.y_test),
    }


def main(folder: Path) -> None:
    """Answer the request in `folder`; an error of the user's goes into the response."""
    request = json.loads((folder / "request.json").read_text())
    try:
        response = train(folder, request)
    except HarnessError as error:
        response = {"error": str(error)}
    (folder / "response.json").write_text(json.dumps(response))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
