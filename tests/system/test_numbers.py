"""Numbers, names and user-user information through SIP and ISDN, both ways: a call that goes out over a line and comes
back over SIP says at each end what the other end said, as far as that end may know."""
import pytest
from common.sip import sdp

_UUI = ";encoding=hex;purpose=isdn-uui;content=isdn-uui"

# A QSIG line besides, as names of callers need one; 69x comes back to the peer that is not trusted.
_QSIG = """\
span q1
 driver virtual
 far-end q2
 type e1
span q2
 driver virtual
 far-end q1
 type e1
trunk qu
 protocol isdn
 span q1
 d-channel 16
 channels 1-2
 variant qsig
 side user
 echo off
trunk qn
 protocol isdn
 span q2
 d-channel 16
 channels 1-2
 variant qsig
 side network
 hunt descending
 echo off
route q-out
 from peer phones
 called 78
 to trunk qu
route q-back
 from trunk qn
 called 78
 to peer phones
route strict-back
 from trunk exchange
 called 69
 to peer strict
route longer
 from peer phones
 called 990
 to trunk pstn
route last-digits
 from trunk exchange
 called exact 990
 to line echo
"""


@pytest.fixture(name="qsig")
def qsig_gateway(own):
    return own(extra=_QSIG)


def _begins(message, header, *values):
    """Each line of that header begins so, in order."""
    got = message.all(header)
    assert len(got) == len(values) and all(g.startswith(v) for g, v in zip(got, values)), (header, got)


def test_line_carries_who_diverted_and_who_answers(gateway, phone, rtp):
    party = rtp()
    out = phone.call("680", sdp(party.port, "8"), extra=[
        'P-Asserted-Identity: "Al" <sip:+4930100@x>',
        'Diversion: "Bo" <sip:+4930200@x>;reason=user-busy;counter=2, <sip:+4930300@x>',
        "User-to-User: 04616263;encoding=hex"])
    back = phone.answer_call()
    _begins(back.invite_in, "From", "<sip:+4930100@")
    _begins(back.invite_in, "P-Asserted-Identity", "<sip:+4930100@")
    _begins(back.invite_in, "Diversion", "<sip:+4930200@", "<sip:+4930300@")
    assert ";reason=user-busy;counter=2" in back.invite_in.get("Diversion")
    _begins(back.invite_in, "User-to-User", "04616263" + _UUI)
    back.reply(back.invite_in, 180, extra=["User-to-User: 0478"])
    _begins(out.response(180), "User-to-User", "0478" + _UUI)
    back.reply(back.invite_in, 200, body=sdp(party.port, "8"),
               extra=['P-Asserted-Identity: "Cy M\u00fcller" <sip:+4930400@x>', "User-to-User: 0479"])
    answer = out.answered()
    _begins(answer, "P-Asserted-Identity", '"Cy')
    assert "<sip:+4930400@" in answer.get("P-Asserted-Identity")
    _begins(answer, "User-to-User", "0479" + _UUI)
    out.bye(extra=["User-to-User: 047a"])
    bye = back.wait_request("BYE")
    back.reply(bye, 200)
    _begins(bye, "User-to-User", "047a" + _UUI)
    gateway.wait_idle()


def test_secret_caller_and_answerer_are_told_to_the_trusted_alone(qsig, rtp):
    party = rtp()
    with qsig.phone() as phone, qsig.agent("127.0.0.3", qsig.ports.strict) as strict:
        for number, callee in (("680", phone), ("690", strict)):
            out = phone.call(number, sdp(party.port, "0 8"),
                             extra=["P-Asserted-Identity: <sip:+4930100@x>", "Privacy: id"])
            back = callee.answer_call()
            _begins(back.invite_in, "From", '"Anonymous" <sip:anonymous@anonymous.invalid>')
            _begins(back.invite_in, "Privacy", "id")
            if callee is phone:
                _begins(back.invite_in, "P-Asserted-Identity", "<sip:+4930100@")
            else:
                assert not [h for h in back.invite_in.headers if "4930100" in h[1]]
            back.reply(back.invite_in, 200, body=sdp(party.port, "0 8"),
                       extra=["P-Asserted-Identity: <sip:+4930400@x>", "Privacy: id"])
            answer = out.answered()
            if callee is phone:
                _begins(answer, "P-Asserted-Identity", "<sip:+4930400@")
                _begins(answer, "Privacy", "id")
            else:
                assert not answer.all("P-Asserted-Identity")
            out.bye()
            back.reply(back.wait_request("BYE"), 200)
            qsig.wait_idle()


def test_names_go_over_qsig(qsig, rtp):
    party = rtp()
    with qsig.phone() as phone:
        out = phone.call("780", sdp(party.port, "8"), extra=['P-Asserted-Identity: "\u0141uk\u00e1\u0161" <sip:100@x>'])
        back = phone.answer_call()
        _begins(back.invite_in, "From", '"\u0141uk\u00e1\u0161" <sip:100@')
        back.reply(back.invite_in, 200, body=sdp(party.port, "8"), extra=['P-Asserted-Identity: "\u0141" <sip:780@x>'])
        _begins(out.answered(), "P-Asserted-Identity", '"\u0141" <sip:780@')
        out.bye()
        back.reply(back.wait_request("BYE"), 200)
        qsig.wait_idle()


def test_why_the_first_one_diverted_goes_over_qsig(qsig, rtp):
    """The last reason is unconditional; a mail box greets by the first one."""
    with qsig.phone() as phone:
        out = phone.call("780", sdp(rtp().port, "8"), extra=[
            "Diversion: <sip:300@x>;reason=unconditional, <sip:200@x>;reason=no-answer"])
        back = phone.answer_call(60)
        _begins(back.invite_in, "Diversion", "<sip:300@", "<sip:200@")
        assert [";reason=" + reason in said for reason, said in zip(("unconditional", "no-answer"), back.invite_in.all("Diversion"))] == [True, True]
        back.reply(back.invite_in, 486)
        out.refused(60)
        qsig.wait_idle(60)


def test_number_that_is_too_short_is_484_and_may_be_tried_again(qsig, rtp):
    """RFC 3578: the caller's exchange adds digits until a route takes them."""
    party = rtp()
    with qsig.phone() as phone:
        for number in ("9", "99"):
            assert phone.call(number, sdp(party.port, "8")).refused().status == 484
        call = phone.call("990", sdp(party.port, "8"))
        call.answered()
        call.bye()
        qsig.wait_idle()
