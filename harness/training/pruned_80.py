"""Recipe pruned-80: 80 % of the weights of the large kernels are zero."""

from harness.training.pruning import pruning_recipe

RECIPE = pruning_recipe(80)
