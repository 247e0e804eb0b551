"""Routes by more than what is dialled: who calls, who diverted the call, what is known of the numbers."""
import pytest
from common.sip import sdp

# What is dialled is 880 for all; the cause of a line of our own tells which route a call took.
_EXTRA = """\
route by-caller
 from peer phones
 called 880
 when calling exact 4930100
 to line no-circuit
route by-callers
 from peer phones
 called 880
 when calling 4930
 to line refusing
route diverted
 from peer phones
 called 880
 when redirecting 4930200
 to line unallocated
route hidden
 from peer phones
 called 880
 when presentation restricted
 to line congested
route longest-does-not-hold
 from peer phones
 called 8801
 when bearer unrestricted
 to line busy
route rest
 from peer phones
 called 88
 to line odd-cause
"""


@pytest.fixture(name="routing")
def routing_gateway(own):
    return own(extra=_EXTRA)


def test_route_depends_on_more_than_the_number(routing, rtp):
    party = rtp()
    rows = (
        ("880", ["P-Asserted-Identity: <sip:+4930100@x>"], 34),
        ("880", ["P-Asserted-Identity: <sip:+49301000@x>"], 21),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>", "Diversion: <sip:+4930200@x>;reason=user-busy"], 1),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>", "Privacy: id"], 42),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>"], 122),
        ("8801", ["P-Asserted-Identity: <sip:+4440@x>"], 122),
        ("8801", ["P-Asserted-Identity: <sip:+4930100@x>"], 34),
    )
    with routing.phone() as phone:
        for number, headers, cause in rows:
            since = routing.mark()
            call = phone.call(number, sdp(party.port, "0 8"), extra=headers)
            call.refused()
            assert "cause %d " % cause in routing.only("call [0-9]+: from", since), (number, headers)
