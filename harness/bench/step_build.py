"""The build steps: source tree, runtime library, and the image with its smallest arena."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.bench.artifacts import Deployed, Image, Library, TflmTree
from harness.bench.context import Context
from harness.bench.device_input import DeviceInput
from harness.bench.image_symbols import SymbolEntry, put_symbols
from harness.bench.tools import (
    code,
    emulator,
    firmware_sources,
    libraries,
    simulator_identity,
    toolchain,
)
from harness.errors import HarnessError, Stop
from harness.firmware.dispatch import find_dispatches
from harness.firmware.image import ImageRequest, build_image
from harness.firmware.memory_map import MemoryMap, read_memory_map, symbol_addresses
from harness.firmware.registrations import declaration_statements, registration_statements
from harness.firmware.runtime_library import LibraryRequest, build_library
from harness.firmware.target import Target
from harness.firmware.tflm_source import (
    CRATE,
    CRATE_CHECKSUM,
    CRATE_VERSION,
    TflmSource,
    runtime_apis,
    source_from_crate,
)
from harness.firmware.toolchain import BuildError
from harness.kernel_sets import operator_table_with
from harness.model_file.kernel_choice import KernelChoice, choose_kernels
from harness.model_file.reader import read_model
from harness.simulators.registry import find_simulator
from harness.simulators.session import ArenaFound, Guest, search_arena
from harness.store.artifact_store import Json


def fetch_tflm(ctx: Context, given: TflmTree | None) -> TflmTree | Stop:
    """Return the source tree: the user's, already in the store, or the crate's."""
    if given is not None:
        return given

    def compute() -> TflmTree:
        return store_tree(ctx, source_from_crate(ctx.workspace))

    inputs = {
        "code": code("firmware"),
        "crate": CRATE,
        "version": CRATE_VERSION,
        "checksum": CRATE_CHECKSUM,
    }
    return ctx.step("tflm", f"fetching {CRATE} {CRATE_VERSION}", inputs, TflmTree, compute)


def store_tree(ctx: Context, source: TflmSource) -> TflmTree:
    """Put a source tree into the store."""
    return TflmTree(
        api=source.api,
        kernels=source.kernels,
        identity=source.identity,
        archive=ctx.store.put(source.archive),
    )


def library_request(target: Target, optimize: str, tree: TflmTree) -> LibraryRequest:
    """Return what decides a runtime library's bytes."""
    return LibraryRequest(target, optimize, tree.api, tree.archive)


def library_identity(request: LibraryRequest) -> dict[str, Json]:
    """Return what decides a runtime library's bytes, for content keys."""
    return request.identity(toolchain(), libraries(request.target.core_flags), firmware_sources())


def make_library(
    ctx: Context, target: Target, optimize: str, tree: TflmTree | Stop
) -> Library | Stop:
    """Return the runtime library of a target, compiled at first use."""
    if isinstance(tree, Stop):
        return tree
    request = library_request(target, optimize, tree)

    def compute() -> Library | Stop:
        sources = ctx.workspace.unpacked(ctx.store, tree.archive)
        with ctx.workspace.scratch() as folder:
            try:
                archive = build_library(request, sources, folder, ctx.jobs)
            except BuildError as error:
                return Stop("failed", f"the runtime library does not compile: {error}", error.log)
        return Library(archive=ctx.store.put(archive), tree=tree)

    label = f"{target.name} {optimize}: compiling the runtime library"
    inputs = {**library_identity(request), "code": code("firmware")}
    return ctx.step("library", label, inputs, Library, compute)


def kernels_of(ctx: Context, deployed: Deployed, api: str, kernels: str) -> KernelChoice:
    """Return the kernels of a flashed model in a kernel set.

    Raises:
        HarnessError: There is no such kernel set.
    """
    model = read_model(ctx.store.get(deployed.tflite), "model")
    return choose_kernels(model, operator_table_with(kernels, api), kernels)


def make_image(
    ctx: Context,
    label: str,
    request: LibraryRequest,
    library: Library,
    deployed: Deployed,
    registrations: Mapping[str, str],
    given: DeviceInput,
) -> Image | Stop:
    """Return a model's image, linked with the smallest arena that the emulated machine found.

    `registrations` names what registers each of its operators. A first image with all of the
    machine's RAM as its arena serves the search.
    """
    inputs = {
        **_linked_inputs(request, library, deployed, registrations, given),
        "simulator": dict(simulator_identity(request.target.simulator)),
        "code": code("features", "firmware", "model_file", "simulators"),
    }

    def compute() -> Image | Stop:
        try:
            return _sized_image(ctx, label, request, library, deployed, registrations, given)
        except BuildError as error:
            return Stop("failed", f"the firmware does not build: {error}", error.log)

    return ctx.step("image", f"{label}: linking, sizing the arena", inputs, Image, compute)


def link_unsized(
    ctx: Context,
    label: str,
    request: LibraryRequest,
    library: Library,
    deployed: Deployed,
    registrations: Mapping[str, str],
    given: DeviceInput,
) -> Image | Stop:
    """Return a model's image with all RAM of the machine as its arena: nothing is run for it.

    Inputs as of `make_image`.
    """
    inputs = {
        **_linked_inputs(request, library, deployed, registrations, given),
        "code": code("features", "firmware", "model_file"),
    }

    def compute() -> Image | Stop:
        parts = _Parts(library, deployed, registrations, given)
        try:
            with ctx.workspace.scratch() as folder:
                elf = _link(ctx, request, parts, request.target.largest_arena_bytes, folder)
        except BuildError as error:
            return Stop("failed", f"the firmware does not build: {error}", error.log)
        return _image(ctx, "", elf, read_memory_map(elf, label), not_run="nothing was run")

    return ctx.step("unsized-image", f"{label}: linking", inputs, Image, compute)


def _linked_inputs(
    request: LibraryRequest,
    library: Library,
    deployed: Deployed,
    registrations: Mapping[str, str],
    given: DeviceInput,
) -> dict[str, Json]:
    """Return what decides the bytes that are linked, for content keys."""
    return {
        "tflite": deployed.tflite,
        "library": library.archive,
        "request": library_identity(request),
        "sample_bytes": given.sample_bytes,
        "features": given.features,
        "registrations": dict(registrations),
    }


def _sized_image(
    ctx: Context,
    label: str,
    request: LibraryRequest,
    library: Library,
    deployed: Deployed,
    registrations: Mapping[str, str],
    given: DeviceInput,
) -> Image | Stop:
    machine, largest = request.target.machine, request.target.largest_arena_bytes
    emulated = emulator(request.target.simulator)
    parts = _Parts(library, deployed, registrations, given)
    with ctx.workspace.scratch() as folder:
        # One build folder for both links: only the arena differs, nothing is compiled twice.
        search_elf = _link(ctx, request, parts, largest, folder)
        memory = read_memory_map(search_elf, label)
        if memory.flash_bytes > machine.code_bytes:
            why = f"the emulated {machine.name} holds only {machine.code_bytes} B of code"
            return _image(ctx, emulated, search_elf, memory, not_run=why)
        sample = given.samples(ctx.store)[0]
        found = search_arena(guest_of(ctx, search_elf, request, folder), sample, largest)
        if isinstance(found, Stop):
            if found.status == "does-not-fit":
                return _image(
                    ctx, emulated, search_elf, memory, not_run=found.reason, exceeds=largest
                )
            return found
        elf = _link(ctx, request, parts, found.arena_bytes, folder)
    return _image(ctx, emulated, elf, read_memory_map(elf, label), arena=found)


@dataclass(frozen=True)
class _Parts:
    """What is linked into an image."""

    library: Library
    deployed: Deployed
    registrations: Mapping[str, str]
    given: DeviceInput


def _link(
    ctx: Context, request: LibraryRequest, parts: _Parts, arena_bytes: int, folder: Path
) -> bytes:
    content = ctx.store.get(parts.deployed.tflite)
    statements = registration_statements(request.tflm_api, parts.registrations)
    declared = declaration_statements(request.tflm_api, parts.registrations)
    archives = ctx.workspace.unpacked(ctx.store, parts.library.archive)
    sources = ctx.workspace.unpacked(ctx.store, parts.library.tree.archive)
    features = parts.given.source(read_model(content, "model"))
    image = ImageRequest(request, statements, arena_bytes, features, declared)
    return build_image(image, content, archives, sources, folder)


def guest_of(ctx: Context, elf: bytes, request: LibraryRequest, folder: Path) -> Guest:
    """Return an image as something to emulate; the ELF is written to `folder`.

    Raises:
        HarnessError: The image lacks the interpreter's loop.
    """
    path = folder / "firmware.elf"
    try:
        path.write_bytes(elf)
    except OSError as error:
        raise HarnessError(f"{folder}: cannot be written ({error.strerror}); free space") from error
    symbols = symbol_addresses(elf)
    functions = runtime_apis()[request.tflm_api].dispatch.functions
    return Guest(
        simulator=find_simulator(request.target.simulator),
        elf=path,
        machine=request.target.machine,
        symbols=symbols,
        dispatches=find_dispatches(elf, symbols, functions),
        cache=ctx.workspace.folder,
    )


def _image(
    ctx: Context,
    emulated: str,
    elf: bytes,
    memory: MemoryMap,
    *,
    arena: ArenaFound | None = None,
    not_run: str | None = None,
    exceeds: int | None = None,
) -> Image:
    # What pyelftools read of the images is megabytes in cycles, which Python would let pile up.
    gc.collect()
    symbols = sorted(memory.symbols, key=lambda symbol: (-symbol.bytes, symbol.name))
    return Image(
        elf=ctx.store.put(elf),
        compiler=toolchain().compiler,
        emulator=emulated,
        flash=memory.flash,
        static_bytes=memory.static_bytes,
        symbols=put_symbols(
            ctx.store,
            (SymbolEntry(s.name, s.bytes, s.category, s.section, s.source) for s in symbols),
        ),
        arena_bytes=arena.arena_bytes if arena else None,
        persistent_bytes=arena.persistent_bytes if arena else None,
        not_run=not_run,
        arena_exceeds_bytes=exceeds,
    )
