"""Keep what every step of a sweep made, so that nothing is done twice."""

from harness.store.artifact_store import ArtifactStore, content_key, digest_of, open_store
from harness.store.workspace import Workspace

__all__ = ["ArtifactStore", "Workspace", "content_key", "digest_of", "open_store"]
