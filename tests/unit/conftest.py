"""Fixtures of the unit tests."""

from collections.abc import Iterator

import fsspec
import pytest
from cluster_lab import BUCKET, ObjectStore, object_store


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory) -> Iterator[ObjectStore]:
    """An S3-compatible server, to which the environment leads."""
    with (
        object_store(tmp_path_factory.mktemp("s3")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in server.env.items():
            patch.setenv(name, value)
        yield server
        fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture(scope="session")
def s3(s3_server) -> str:  # noqa: ARG001 - it must run
    """The URL of a bucket."""
    return f"s3://{BUCKET}"
