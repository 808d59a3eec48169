"""Give mutated models that are accepted to the host's interpreters: `interpret.py MODELS SEED`.

Each runs in a process of its own, which it may crash; here nothing may happen but an answer or one
line. Prints how they ended.
"""

import random
import sys
from collections import Counter
from pathlib import Path

_HERE = Path(__file__).parent
for _place in (_HERE, _HERE.parent / "unit", _HERE.parents[1]):
    sys.path.insert(0, str(_place))

from mutation import mutated  # noqa: E402
from readers import READERS  # noqa: E402

from harness.errors import HarnessError  # noqa: E402
from harness.model_file.reader import read_model  # noqa: E402
from harness.reference.interpreter import reference_outputs  # noqa: E402
from harness.reference.samples import generated_inputs  # noqa: E402


def main(models: int, seed: int) -> None:
    """Run so many accepted models, in turn on TFLM and on LiteRT."""
    reader = next(one for one in READERS if one.name == "model")
    seeds, rng = reader.seeds(), random.Random(seed)  # noqa: S311 - inputs for tests
    ends: Counter[str] = Counter()
    while ends.total() < models:
        data = mutated(rng.choice(seeds), rng, reader.tokens, seeds)
        try:
            model = read_model(data, "m")
        except HarnessError:
            continue
        interpreter = ("tflite-micro", "litert")[ends.total() % 2]
        try:
            reference_outputs(data, generated_inputs(model, 2), interpreter, name="m")
            ends["answered"] += 1
        except HarnessError as error:
            crashed = "ended by signal" in str(error)
            ends["its process crashed" if crashed else "refused"] += 1
            assert "\n" not in str(error), error
    print(", ".join(f"{count} {end}" for end, count in sorted(ends.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
