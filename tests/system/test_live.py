"""What commits change of SIP and of the rest, under calls: these go on, in sound and in signalling."""
import pytest
from common.gateway import wait_for
from common.rtp_many import Parties
from common.sip import sdp
from test_commit import dial, edit, sixty


@pytest.fixture(name="gateway")
def gateway_of_sixty(own):
    return own(text=sixty)


def hold(call, party, version):
    """A re-INVITE of the phone's that changes nothing."""
    call.invite(sdp(party.port, version=version))
    call.answered()


def test_a_removed_peer_stays_for_its_calls(gateway):
    """It changes and ends them, and begins no new one; when it comes back before they are over, it is as it was."""
    with gateway.phone() as phone, Parties(2) as parties:
        goes, stays = dial(phone, "1", parties.all[0]), dial(phone, "2", parties.all[1])
        wait_for("sound", lambda: all(p.heard > 10 for p in parties.all))
        said = edit(gateway, "no route out1", "no route out2", "no route out3", "no peer phones", "commit")
        assert "Peer phones is removed; its 2 calls go on until they are over" in said
        assert phone.call("1", sdp(parties.all[0].port)).refused().status == 403
        hold(goes, parties.all[0], 2)
        goes.bye()
        wait_for("one call less", lambda: "its 1 calls" in gateway.cli.run("show pending"))
        edit(gateway, "rollback 1", "commit")
        assert gateway.cli.run("show pending").strip() == ""
        hold(stays, parties.all[1], 2)
        dial(phone, "1", parties.all[0]).bye()
        edit(gateway, "rollback 1", "commit")
        heard = parties.all[1].heard
        wait_for("sound yet", lambda: parties.all[1].heard > heard + 10)
        stays.bye()
        wait_for("nothing to be left", lambda: gateway.cli.run("show pending").strip() == "")
        assert [p.missing for p in parties.all[1:]] == [0]
    gateway.wait_idle()
