"""Fixtures of the tests that build firmware and run it."""

import pytest
from firmware_lab import Lab, open_lab
from model_factory import fully_connected


@pytest.fixture(scope="session")
def lab(shared_cache) -> Lab:
    """The Cortex-M4F's runtime library, compiled once for all test processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        return open_lab(shared_cache)


@pytest.fixture(scope="session")
def small_model() -> bytes:
    """One int8 FULLY_CONNECTED: three inputs, two outputs."""
    return fully_connected(integer=True).write()


@pytest.fixture(scope="session")
def small_elf(lab, small_model, tmp_path_factory) -> bytes:
    """The small model's image with an ample arena."""
    return lab.link(small_model, 8192, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def linker_script(lab, small_model, tmp_path_factory) -> str:
    """The linker script of an image, as CMake filled it in."""
    build = tmp_path_factory.mktemp("script")
    lab.link(small_model, 8192, build)
    return (build / "build" / "link.ld").read_text()
