"""Results that can be drawn: what `harness.load` gives, in a notebook or anywhere else."""

from pathlib import Path

from harness.report.plots import (
    confusion_plot,
    memory_plot,
    operators_plot,
    pareto_plot,
    roc_plot,
)
from harness.report.theme import Plot
from harness.results.results import Results


class PlottedResults(Results):
    """A table of results, and a method for each plot of it."""

    def pareto(self, across: str = "latency", size: str = "flash") -> Plot:
        """Return quality against a cost, a panel for each task."""
        return pareto_plot(self, across, size)

    def memory(self, **cell: str) -> Plot:
        """Return flash and RAM of one cell down to its symbols, as areas."""
        return memory_plot(self, self.row(**cell))

    def operators(self, **cell: str) -> Plot:
        """Return the cycles of each operator of one cell, by cause, with their band."""
        return operators_plot(self, self.row(**cell))

    def roc(self, **cell: str) -> Plot:
        """Return the ROC curves of one cell: the float network and the device."""
        return roc_plot(self, self.row(**cell))

    def confusion(self, **cell: str) -> Plot:
        """Return the confusion matrix of one cell, of the device's outputs."""
        return confusion_plot(self, self.row(**cell))


def load(path: str | Path) -> PlottedResults:
    """Return the table at `path`, a CSV file, and the manifest beside it where there is one.

    Raises:
        HarnessError: As `Results.read`.
    """
    return PlottedResults.read(path)
