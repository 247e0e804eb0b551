"""Which channel of a trunk calls take."""
import config
import pytest
from common.sip import sdp


def _hunting(order):
    def text(p, **how):
        trunk = "trunk mu\n protocol isdn\n span e1-5\n d-channel 16\n channels 1-4\n side user\n hunt "
        before = config.text(p, **how)
        assert trunk + "ascending" in before
        return before.replace(trunk + "ascending", trunk + order)
    return text


@pytest.mark.parametrize("order,channels", [("even", (2, 4, 1, 3)), ("odd", (1, 3, 2, 4)), ("descending", (4, 3, 2, 1))])
def test_channels_are_hunted_in_the_order_of_the_trunk(own, rtp, order, channels):
    """The exchange takes the channel that it is asked for."""
    gateway, taken, calls = own(text=_hunting(order)), [], []
    with gateway.phone() as phone:
        for _ in channels:
            calls.append(phone.call("500", sdp(rtp().port, "0 8")))
            calls[-1].answered(60)
            taken += sorted({c["name"] for c in gateway.channels("setup", "alerting", "active") if c["trunk"] == "mu"} - set(taken))
        assert taken == ["e1-5/%d" % c for c in channels]
        for call in calls:
            call.bye()
    gateway.wait_idle(60)
