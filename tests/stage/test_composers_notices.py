"""What composers say of themselves behind the music reaches the performer, until the session ends."""

import time

from livecode.generators.pool import composers
from livecode.stage.session import Session


def test_a_session_hears_composers_until_it_is_closed():
    session = Session("offline")
    heard = []
    session.listen(lambda notice: heard.append(notice.text))
    try:
        session._warm()
        composers().notice(f"a net is tuned {time.monotonic()}")
        assert [line for line in heard if line.startswith("a net is tuned")]
    finally:
        session.close()
    before = len(heard)
    composers().notice(f"another is tuned {time.monotonic()}")
    assert len(heard) == before
