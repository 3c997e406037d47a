"""Opening: what `Database(path, …)` makes, finds and refuses."""

import martlet


def test_the_version_is_that_of_the_library() -> None:
    assert martlet.__version__.count(".") == 2
