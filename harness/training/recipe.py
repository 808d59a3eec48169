"""What a training recipe is: a change to a network under which it is trained on (fine-tuned)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import HarnessError
from harness.names import unknown_name
from harness.plugins import load_plugins, plugin_origins
from harness.schemes.keras_files import KerasModel
from harness.training.checkpoint import Weights
from harness.training.fitting import Callback

TOOLS = ("tensorflow", "tf-keras", "tensorflow-model-optimization", "numpy")
"""The packages whose versions decide what a recipe makes."""


class UnsupportedNetworkError(HarnessError):
    """A recipe cannot be carried out on a network; the message names the layer."""


@dataclass(frozen=True)
class Recipe:
    """One way to prepare a trained network for small weights by training it on.

    `wrap` takes a trained tf_keras network and the number of steps to come and returns the network
    to train; it may share layers with the one that it is given, and raises
    UnsupportedNetworkError for one that it cannot wrap. `callbacks` are Keras's, made anew for
    each training. `strip` returns the trained weights by the names of the original network's
    variables (what it returns beside them is left out); or, where `wrapped` says so, all
    variables of the wrapped network, which is then the one that is converted.
    """

    name: str
    summary: str
    wrap: Callable[[KerasModel, int], KerasModel] = field(repr=False)
    strip: Callable[[KerasModel], Weights] = field(repr=False)
    callbacks: Callable[[], Sequence[Callback]] = field(default=list, repr=False)
    wrapped: bool = False


def load_recipes() -> Mapping[str, Recipe]:
    """Return all recipes by name: modules of this package, then entry points "harness.recipes".

    Raises:
        HarnessError: Two recipes have one name, or a third party's cannot be loaded.
    """
    return load_plugins("harness.training", "harness.recipes", "RECIPE", Recipe)


def recipe_origins() -> Mapping[str, str]:
    """Return the package of each recipe that is not ours, by name.

    Raises:
        HarnessError: As `load_recipes`.
    """
    return plugin_origins("harness.training", "harness.recipes", "RECIPE", Recipe)


def find_recipe(name: str) -> Recipe:
    """Return the recipe called `name`.

    Raises:
        HarnessError: There is none; the message suggests the nearest and lists all.
    """
    recipes = load_recipes()
    if name not in recipes:
        raise unknown_name("recipe", name, recipes)
    return recipes[name]
