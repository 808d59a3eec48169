"""The command `simulators`: list what firmware can be run on."""

import typer


def simulators() -> None:
    """List the simulators that firmware can be run on, and what each of them can count.

    Example: harness bench --model digits --board nano33ble --simulator qemu
    """
    from harness.cli.listing import listing
    from harness.cli.tables import make_console
    from harness.simulators.registry import load_simulators, simulator_origins

    table = listing(("simulator", "what it is", "counts"), simulator_origins())
    for name, plugin in load_simulators().items():
        counted = {
            "regions": "instructions",
            "blocks": "instructions, blocks",
            "events": "instructions, blocks, fetches",
        }
        table.add_row(name, plugin.value.summary, counted[plugin.value.counts])
    console = make_console()
    console.print(table.renderable)
    for name, plugin in load_simulators().items():
        if plugin.value.experimental:
            line = f"{name} is experimental: {plugin.value.experimental}"
            console.print(line, highlight=False, markup=False)
    typer.echo("Cycles, milliseconds and microjoules need a simulator that counts fetches.")
