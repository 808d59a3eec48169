"""A model goes the whole way under the schemes that need kernels of ours, and answers exactly."""

import pytest
from harness_runs import bench

pytestmark = [pytest.mark.emulator, pytest.mark.tensorflow]

SAMPLES = 10


@pytest.fixture(scope="module", params=["simd", "reference"])
def rows(request, shared_cache, tmp_path_factory) -> dict[str, dict[str, str]]:
    """The row of each scheme for `digits` on one board with one kernel set."""
    choice = [word for name in ("int8", "int16x8", "int4") for word in ("--scheme", name)]
    choice += ["--kernels", request.param, "--board", "nano33ble", "--samples", str(SAMPLES)]
    out = tmp_path_factory.mktemp("schemes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        done = bench(out, "--model", "digits", *choice)
    assert done.status == 0, done.output
    return {row["scheme"]: row for row in done.rows}


@pytest.mark.parametrize("scheme", ["int16x8", "int4"])
def test_every_output_is_the_hosts_to_the_byte(rows, scheme):
    row = rows[scheme]
    assert row["status"] == "ok"
    assert (row["outputs_checked"], row["outputs_differing"]) == (str(SAMPLES), "0")
    assert row["quality_device"] == row["quality_host"]
    assert int(row["instructions"]) > 0


def test_4_bit_weights_take_half_the_flash_of_8_bit_ones(rows):
    eight, four = rows["int8"], rows["int4"]
    assert 2 * int(four["weights_bytes"]) == int(eight["weights_bytes"])
    saved = int(eight["flash_model_bytes"]) - int(four["flash_model_bytes"])
    assert saved > 0.9 * int(four["weights_bytes"])


def test_packing_does_not_change_the_models_multiplications(rows):
    assert rows["int4"]["macs"] == rows["int8"]["macs"]
