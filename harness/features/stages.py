"""The feature stages by the names that tasks give them."""

from harness.features.log_mel import LOG_MEL
from harness.features.mfcc import MFCC
from harness.features.stage import FeatureStage

_STAGES = {stage.name: stage for stage in (MFCC, LOG_MEL)}


def find_stage(name: str) -> FeatureStage:
    """Return the stage that `Task.features` names.

    Raises:
        KeyError: There is none of that name; the names are a closed set.
    """
    return _STAGES[name]
