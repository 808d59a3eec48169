"""Recipe pruned-50: 50 % of the weights of the large kernels are zero."""

from harness.training.pruning import pruning_recipe

RECIPE = pruning_recipe(50)
