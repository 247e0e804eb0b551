/* Calls that go out over SIP, message by message. */
#include "call/cause.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP_AT(port)                                                                               \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio " port " RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\n"
#define SDP SDP_AT("4000")
#define SDP_G729                                                                                   \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 18\r\n"

#define SDP_BOTH                                                                                   \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0 8\r\n"

#define SDP_CLEAR                                                                                  \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 125\r\na=rtpmap:125 CLEARMODE/8000\r\n"

static struct rig rig;
static char invite[RIG_TEXT]; /* that the peer got */

static void place_call(const struct leg_setup *setup)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .law = LEG_LAW_ALAW, .setup = *setup };

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
}

static void open_call(void)
{
	const struct leg_setup setup = {
		.called = { .digits = "200" },
		.calling = { .digits = "4930100", .type = LEG_TON_INTERNATIONAL },
		.calling_name = "Al \"x\"",
	};

	rig_open(&rig);
	place_call(&setup);
	peer_hears(&rig, "INVITE ");
	memcpy(invite, rig.heard, sizeof(invite));
}

/* A response to the INVITE (or, heard last, another request), with that To tag. */
static void respond_with(const char *status, const char *to_tag, const char *contact,
			 const char *more, const char *body)
{
	bool tagged = strstr(heard(&rig, "To"), ";tag=");

	peer_says(&rig, body,
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s%s%s\nCall-ID: %s\nCSeq: %s\n%s%s%s%s",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  tagged || !*to_tag ? "" : ";tag=", tagged ? "" : to_tag, heard(&rig, "Call-ID"),
		  heard(&rig, "CSeq"), *contact ? "Contact: " : "", contact, *contact ? "\n" : "",
		  more);
}

static void respond(const char *status, const char *to_tag, const char *body)
{
	char contact[64];

	snprintf(contact, sizeof(contact), "<sip:b@127.0.0.1:%u>", rig.peer.port);
	memcpy(rig.heard, invite, sizeof(invite));
	respond_with(status, to_tag, contact, "", body);
}

static void answer_request(void)
{
	respond_with("200 OK", "", "", "", "");
}

static const struct mg_rtp *rtp(void)
{
	struct mock_term *term = mock_mg_find(rig.mg, rig.mg->last_context, MG_RTP);

	ck_assert_ptr_nonnull(term);
	return &term->what.rtp;
}

static void assert_cause(unsigned cause)
{
	const struct leg_msg *release = mock_leg_told(&rig.line, LEG_RELEASE);

	ck_assert_ptr_nonnull(release);
	ck_assert_uint_eq(release->cause, cause);
}

static void end(void)
{
	rig_assert_idle(&rig);
	rig_close(&rig);
}

START_TEST(call_is_set_up_and_cleared_by_the_line)
{
	char uri[64];

	open_call();
	snprintf(uri, sizeof(uri), "INVITE sip:200@127.0.0.1:%u;user=phone SIP/2.0", rig.peer.port);
	ck_assert_msg(!strncmp(rig.heard, uri, strlen(uri)), "%s", rig.heard);
	ck_assert_ptr_nonnull(
		strstr(heard(&rig, "From"), "\"Al \\\"x\\\"\" <sip:+4930100@127.0.0.1:"));
	ck_assert_ptr_nonnull(strstr(rig.heard, "m=audio 20000 RTP/AVP 8 0 101\r\n"));
	ck_assert_str_eq(heard(&rig, "User-Agent"), "Crosspoint");
	ck_assert_str_eq(heard(&rig, "Supported"),
			 "replaces, norefersub, 199"); /* the rig's peer has no more */
	ck_assert_str_eq(heard(&rig, "Max-Forwards"), "70");
	respond("100 Trying", "", "");
	respond("180 Ringing", "b", "");
	ck_assert(!mock_leg_told(&rig.line, LEG_ALERTING)->inband);
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK sip:b@127.0.0.1:");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	ck_assert_int_eq(rtp()->codec, CODEC_PCMU);
	ck_assert_uint_eq(rtp()->tevent_pt, 97);
	ck_assert_uint_eq(rtp()->tevent_rx_pt, 101);
	ck_assert(rtp()->send && rtp()->receive);
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:b@127.0.0.1:");
	answer_request();
	end();
}
END_TEST

START_TEST(call_is_cleared_by_the_peer)
{
	open_call();
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	peer_says(&rig, "",
		  "BYE sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKb\n"
		  "From: %s\nTo: %s\nCall-ID: %s\nCSeq: 7 BYE\nReason: Q.850;cause=31\n",
		  rig.peer.port, heard(&rig, "To"), heard(&rig, "From"), heard(&rig, "Call-ID"));
	peer_hears(&rig, "SIP/2.0 200 ");
	assert_cause(31);
	end();
}
END_TEST

/* RFC 3261 13.2.2.4: a 200 that comes again is acknowledged again */
START_TEST(repeated_answer_is_acknowledged)
{
	open_call();
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	rig_close(&rig);
}
END_TEST

START_TEST(early_sound_is_let_through)
{
	open_call();
	respond("183 Session Progress", "b", SDP);
	ck_assert(mock_leg_told(&rig.line, LEG_PROGRESS)->inband);
	ck_assert(rtp()->send);
	respond("180 Ringing", "b", "");
	ck_assert(mock_leg_told(&rig.line, LEG_ALERTING)->inband);
	respond("200 OK", "b", ""); /* the answer was in the 183 */
	peer_hears(&rig, "ACK ");
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.1: several early dialogs; the last description is in force, the first 200 wins */
START_TEST(forked_call_follows_the_last_and_takes_the_first)
{
	open_call();
	respond("183 Session Progress", "b", SDP_AT("4000"));
	respond("183 Session Progress", "c", SDP_AT("4002"));
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4002);
	respond("183 Session Progress", "d", "v=0\r\nxxx"); /* the third makes no sense */
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4002);
	respond("200 OK", "b", SDP_AT("4000"));
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	respond("200 OK", "c", SDP_AT("4002"));
	peer_hears(&rig, "ACK ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(failure_is_mapped_unless_a_trusted_reason_says_more)
{
	static const struct {
		const char *status, *more;
		bool trusted;
		unsigned cause;
	} rows[] = {
		{ "486 Busy Here", "", true, 17 },
		{ "404 Not Found", "", true, 1 },
		{ "603 Decline", "", true, 21 },
		{ "302 Moved Temporarily", "", true, 31 }, /* not followed */
		{ "401 Unauthorized", "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\n", true,
		  21 },
		{ "488 Not Acceptable Here", "Warning: 304 x \"no\"\n", true, 65 },
		{ "503 Service Unavailable", "Reason: Q.850;cause=44\n", true, 44 },
		{ "503 Service Unavailable", "Reason: Q.850;cause=44\n", false, 41 },
		{ "486 Busy Here", "Reason: SIP;cause=200\n", true, 17 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_call();
		rig.peer.trusted = rows[i].trusted;
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
		respond_with(rows[i].status, "b", "", rows[i].more, "");
		peer_hears(&rig, "ACK ");
		assert_cause(rows[i].cause);
		end();
	}
}
END_TEST

/* Timer B: the peer is out of order, so that the next target may be tried */
START_TEST(silent_peer_is_out_of_order)
{
	open_call();
	rig_pass(&rig, RIG_TIMER_B_MS - 200);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_pass(&rig, 500);
	assert_cause(CAUSE_DESTINATION_OUT_OF_ORDER);
	end();
}
END_TEST

START_TEST(peer_without_socket_is_out_of_order)
{
	const struct leg_setup setup = { .called = { .digits = "200" } };

	rig_open(&rig);
	close(rig.fd);
	place_call(&setup); /* ICMP port unreachable */
	rig_pass(&rig, 1000);
	assert_cause(CAUSE_DESTINATION_OUT_OF_ORDER);
	rig.fd = -1;
	end();
}
END_TEST

START_TEST(unanswered_call_is_cancelled)
{
	open_call();
	respond("180 Ringing", "b", "");
	rig_pass(&rig, RIG_NO_ANSWER_S * 1000 + 100);
	assert_cause(CAUSE_NO_ANSWER);
	peer_hears(&rig, "CANCEL ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Reason"), "cause=19"));
	answer_request();
	respond("487 Request Terminated", "b", "");
	peer_hears(&rig, "ACK ");
	end();
}
END_TEST

START_TEST(caller_who_gives_up_cancels)
{
	open_call();
	respond("180 Ringing", "b", "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "CANCEL ");
	answer_request();
	respond("487 Request Terminated", "b", "");
	peer_hears(&rig, "ACK ");
	end();
}
END_TEST

/* RFC 3261 9.1: not before a provisional response; and a peer that never answers it is let go */
START_TEST(cancel_waits_for_a_provisional_response)
{
	open_call();
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears_nothing(&rig);
	respond("100 Trying", "", "");
	peer_hears(&rig, "CANCEL ");
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	end();
}
END_TEST

START_TEST(answer_that_crosses_the_cancel_is_cleared)
{
	open_call();
	respond("180 Ringing", "b", "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "CANCEL ");
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "BYE ");
	answer_request();
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 0);
	end();
}
END_TEST

START_TEST(answer_that_cannot_be_used_is_cleared)
{
	static const struct {
		const char *contact, *sdp;
		unsigned cause;
	} rows[] = {
		{ "tel:+4912", SDP, CAUSE_PROTOCOL_ERROR },
		{ "*", SDP, CAUSE_PROTOCOL_ERROR },
		{ "<foo:bar>", SDP, CAUSE_PROTOCOL_ERROR },
		{ "", SDP, CAUSE_PROTOCOL_ERROR },
		{ "<sip:b@127.0.0.1>", "", CAUSE_BEARER_NOT_IMPLEMENTED },
		{ "<sip:b@127.0.0.1>", "v=0\r\nxxx", CAUSE_BEARER_NOT_IMPLEMENTED },
		{ "<sip:b@127.0.0.1>", SDP_G729, CAUSE_BEARER_NOT_IMPLEMENTED },
		{ "<sip:b@127.0.0.1>", SDP_AT("4000") "c=IN IP4 224.0.0.1\r\n",
		  CAUSE_BEARER_NOT_IMPLEMENTED },
		{ "<sip:b@127.0.0.1>", SDP_AT("4000") "c=IN IP6 ::1\r\n",
		  CAUSE_BEARER_NOT_IMPLEMENTED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_call();
		char contact[64];
		if (!strncmp(rows[i].contact, "<sip:", 5))
			snprintf(contact, sizeof(contact), "<sip:b@127.0.0.1:%u>", rig.peer.port);
		else
			snprintf(contact, sizeof(contact), "%s", rows[i].contact);
		respond_with("200 OK", "b", contact, "", rows[i].sdp);
		peer_hears(&rig, "ACK ");
		peer_hears(&rig, "BYE ");
		answer_request();
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 0);
		assert_cause(rows[i].cause);
		end();
	}
}
END_TEST

/* RFC 3323, RFC 3325 */
START_TEST(restricted_caller_is_anonymous)
{
	const struct leg_setup setup = {
		.called = { .digits = "200" },
		.calling = { .digits = "100", .presentation = LEG_PRES_RESTRICTED, .screening = 3 },
		.calling_name = "Al",
	};

	for (int trusted = 0; trusted < 2; trusted++) {
		rig_open(&rig);
		rig.peer.trusted = trusted;
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
		place_call(&setup);
		peer_hears(&rig, "INVITE ");
		ck_assert_ptr_nonnull(
			strstr(heard(&rig, "From"),
			       "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
		ck_assert_str_eq(heard(&rig, "Privacy"), "id");
		if (trusted)
			ck_assert_ptr_nonnull(
				strstr(heard(&rig, "P-Asserted-Identity"), "\"Al\" <sip:100@"));
		else
			ck_assert_ptr_null(strstr(rig.heard, "100@"));
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3325 5, Q.1912.5: who calls is asserted only when a network checked it, and only to those we trust */
START_TEST(identity_is_asserted_when_a_network_vouches_for_it)
{
	static const bool asserted[] = { false, true, false, true };

	for (unsigned i = 0; i < 8; i++) {
		const bool trusted = i / 4;
		const struct leg_setup setup = {
			.called = { .digits = "200" },
			.calling = { .digits = "100", .screening = i % 4 },
		};

		rig_open(&rig);
		rig.peer.trusted = trusted;
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
		place_call(&setup);
		peer_hears(&rig, "INVITE ");
		bool is = *heard(&rig, "P-Asserted-Identity");
		ck_assert_msg(is == (trusted && asserted[i % 4]), "screening %u", i % 4);
		ck_assert_ptr_nonnull(strstr(heard(&rig, "From"), "<sip:100@"));
		rig_close(&rig);
	}
}
END_TEST

/* RFC 4040: octets that must arrive as they are, and nothing else on offer */
START_TEST(unrestricted_call_is_clear_data)
{
	const struct leg_setup setup = { .called = { .digits = "200" },
					 .bearer = LEG_UNRESTRICTED };

	rig_open(&rig);
	place_call(&setup);
	peer_hears(&rig, "INVITE ");
	memcpy(invite, rig.heard, sizeof(invite));
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 97\r\na=rtpmap:97 CLEARMODE/8000\r\n"));
	ck_assert_ptr_null(strstr(rig.heard, "telephone-event"));
	respond("200 OK", "b", SDP_CLEAR);
	peer_hears(&rig, "ACK ");
	ck_assert_ptr_nonnull(mock_leg_told(&rig.line, LEG_CONNECT));
	ck_assert_int_eq(rtp()->codec, CODEC_CLEARMODE);
	ck_assert_uint_eq(rtp()->pt, 125);
	ck_assert_uint_eq(rtp()->also[0].pt, 97); /* as our offer called it */
	ck_assert_uint_eq(rtp()->tevent_pt, 0);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE ");
	answer_request();
	end();
}
END_TEST

/* G.711 is no way for them */
START_TEST(unrestricted_call_answered_with_speech_is_cleared)
{
	const struct leg_setup setup = { .called = { .digits = "200" },
					 .bearer = LEG_UNRESTRICTED };

	rig_open(&rig);
	place_call(&setup);
	peer_hears(&rig, "INVITE ");
	memcpy(invite, rig.heard, sizeof(invite));
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "BYE ");
	assert_cause(CAUSE_BEARER_NOT_IMPLEMENTED);
	answer_request();
	end();
}
END_TEST

/* A SIP call has no such words: nothing is sent, nothing breaks */
START_TEST(verbs_that_sip_lacks_are_left_out)
{
	static const uint8_t verbs[] = { LEG_SETUP_ACK, LEG_INFORMATION, LEG_NOTIFY, LEG_CHARGE };

	open_call();
	respond("200 OK", "b", SDP);
	peer_hears(&rig, "ACK ");
	for (size_t i = 0; i < sizeof(verbs); i++)
		mock_leg_say(&rig.line, verbs[i], 0, false);
	rig_settle(&rig);
	peer_hears_nothing(&rig);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE ");
	answer_request();
	end();
}
END_TEST

/* RFC 3264 5.1: all that is offered may come at once; an answer that keeps both codecs keeps that */
START_TEST(every_offered_codec_is_heard)
{
	open_call();
	ck_assert_int_eq(rtp()->codec, CODEC_PCMA);
	ck_assert_uint_eq(rtp()->n_also, 1);
	ck_assert_int_eq(rtp()->also[0].codec, CODEC_PCMU);
	respond("200 OK", "b", SDP_BOTH);
	peer_hears(&rig, "ACK ");
	ck_assert_int_eq(rtp()->codec, CODEC_PCMU); /* theirs that is first */
	ck_assert_uint_eq(rtp()->n_also, 1);
	ck_assert_int_eq(rtp()->also[0].codec, CODEC_PCMA);
	ck_assert_uint_eq(rtp()->also[0].pt, 8);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.1.2, 16.12: the route set is that of the answer, its order turned round */
START_TEST(route_of_the_answer_is_taken)
{
	char contact[64], more[256];

	open_call();
	snprintf(contact, sizeof(contact), "<sip:b@192.0.2.9:5070>");
	snprintf(more, sizeof(more), "Record-Route: <sip:192.0.2.8;lr>, <sip:127.0.0.1:%u;lr>\n",
		 rig.peer.port);
	respond_with("200 OK", "b", contact, more, SDP);
	peer_hears(&rig, "ACK sip:b@192.0.2.9:5070 ");
	char route[128];
	snprintf(route, sizeof(route), "<sip:127.0.0.1:%u;lr>", rig.peer.port);
	ck_assert(!strncmp(heard(&rig, "Route"), route, strlen(route)));
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:b@192.0.2.9:5070 ");
	ck_assert(!strncmp(heard(&rig, "Route"), route, strlen(route)));
	ck_assert_ptr_nonnull(strstr(rig.heard, "<sip:192.0.2.8;lr>"));
	answer_request();
	end();
}
END_TEST

START_TEST(reinvite_before_our_answer_is_refused)
{
	open_call();
	respond("180 Ringing", "b", "");
	peer_says(&rig, SDP,
		  "INVITE sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKi\n"
		  "From: %s;tag=b\nTo: %s\nCall-ID: %s\nCSeq: 7 INVITE\n"
		  "Contact: <sip:b@127.0.0.1>\n",
		  rig.peer.port, heard(&rig, "To"), heard(&rig, "From"), heard(&rig, "Call-ID"));
	peer_hears(&rig, "SIP/2.0 491 ");
	rig_close(&rig);
}
END_TEST

START_TEST(without_a_port_the_call_fails)
{
	const struct leg_setup setup = { .called = { .digits = "200" } };

	rig_open(&rig);
	rig.mg->refuse_add = -EMFILE;
	place_call(&setup);
	assert_cause(CAUSE_RESOURCE_UNAVAILABLE);
	peer_hears_nothing(&rig);
	end();
}
END_TEST

/* RFC 3261 16.3: a call of ours that somebody sends back to us */
START_TEST(own_call_that_comes_back_is_a_loop)
{
	char call_id[128];

	open_call();
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	peer_says(&rig, "",
		  "INVITE sip:200@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		  "127.0.0.1:%u;branch=z9hG4bKback\n"
		  "From: <sip:100@127.0.0.1>;tag=other\nTo: <sip:200@127.0.0.1>\nCall-ID: %s\n"
		  "CSeq: 1 INVITE\nMax-Forwards: 69\nContact: <sip:al@127.0.0.1:%u>\n",
		  rig.peer.port, call_id, rig.peer.port);
	peer_hears(&rig, "SIP/2.0 482 ");
	mock_leg_say(&rig.line, LEG_RELEASE, 0, false);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("uac", own_call_that_comes_back_is_a_loop, call_is_set_up_and_cleared_by_the_line,
	  call_is_cleared_by_the_peer, repeated_answer_is_acknowledged, early_sound_is_let_through,
	  forked_call_follows_the_last_and_takes_the_first,
	  failure_is_mapped_unless_a_trusted_reason_says_more, silent_peer_is_out_of_order,
	  peer_without_socket_is_out_of_order, unanswered_call_is_cancelled,
	  caller_who_gives_up_cancels, cancel_waits_for_a_provisional_response,
	  answer_that_crosses_the_cancel_is_cleared, answer_that_cannot_be_used_is_cleared,
	  restricted_caller_is_anonymous, identity_is_asserted_when_a_network_vouches_for_it,
	  unrestricted_call_is_clear_data, unrestricted_call_answered_with_speech_is_cleared,
	  verbs_that_sip_lacks_are_left_out, every_offered_codec_is_heard,
	  route_of_the_answer_is_taken, reinvite_before_our_answer_is_refused,
	  without_a_port_the_call_fails)
