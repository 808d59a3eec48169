"""What the device is given for each sample, and what its answers are held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.bench.arrays import get_records
from harness.bench.artifacts import Converted, Digest, Reference, SampleSet
from harness.bench.spec import FeaturePlace
from harness.features.stages import find_stage
from harness.features.tables import tables_source
from harness.model_file.model import ModelFile
from harness.reference.comparison import Comparison, compare_outputs
from harness.reference.features import compare_features
from harness.reference.interpreter import reference_outputs
from harness.simulators.session import Answers
from harness.store import ArtifactStore

_PCM_BYTES = 2


@dataclass(frozen=True)
class DeviceInput:
    """The records of the sample window: input tensors, or PCM where the device has features.

    `features` names the feature stage that the image then holds; None: inputs are copied.
    """

    records: Digest
    sample_bytes: int
    features: str | None = None

    def samples(self, store: ArtifactStore) -> list[bytes]:
        """Return the records."""
        return get_records(store, self.records, self.sample_bytes)

    def source(self, model: ModelFile) -> str | None:
        """Return the source of the image's feature stage, if it has one.

        Raises:
            HarnessError: The model's input does not hold the stage's features.
        """
        return None if self.features is None else tables_source(find_stage(self.features), model)


@dataclass(frozen=True)
class Check:
    """The device's outputs against the host's; `features_beyond` counts features off the bound.

    `features_error` is the largest distance of a feature, in quantization steps (float inputs: in
    the features' unit); None where the device computed none.
    """

    outputs: Comparison
    features_beyond: int = 0
    features_error: float | None = None


def device_input(place: FeaturePlace, samples: SampleSet, reference: Reference) -> DeviceInput:
    """Return what the device is given: the host's inputs, or what the sensor gave.

    Raises:
        ValueError: The device shall compute features that the task does not have.
    """
    if place == "host":
        return DeviceInput(reference.inputs, reference.sample_bytes)
    if samples.features is None or samples.raw is None:
        raise ValueError("features on the device, of samples without what the sensor gave")
    stage = find_stage(samples.features)
    return DeviceInput(samples.raw, _PCM_BYTES * stage.pcm_samples, stage.name)


def check_answers(
    store: ArtifactStore,
    given: DeviceInput,
    model: ModelFile,
    converted: Converted,
    reference: Reference,
    answers: Answers,
    samples: Sequence[int],
) -> Check:
    """Hold the device's answers to the samples of these numbers against the host's.

    Where the device computed features, two statements are checked: its features are the host's to
    the stage's bound, and its outputs are what the host makes of the device's own features.
    """
    if given.features is None:
        expected = get_records(store, reference.outputs, reference.output_bytes)
        return Check(compare_outputs(model, answers.outputs, [expected[i] for i in samples]))
    hosts = get_records(store, reference.inputs, reference.sample_bytes)
    bound = find_stage(given.features).bound
    found = compare_features(model, answers.inputs, [hosts[i] for i in samples], bound)
    if any(len(one) != model.input_bytes for one in answers.inputs):
        return Check(compare_outputs(model, answers.outputs, ()), found.beyond, found.largest)
    tflite = store.get(converted.tflite)
    expected = reference_outputs(tflite, answers.inputs, converted.interpreter, name=model.name)
    return Check(compare_outputs(model, answers.outputs, expected), found.beyond, found.largest)
