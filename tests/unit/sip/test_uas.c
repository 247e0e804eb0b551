/* Calls that come in over SIP, message by message. */
#include "call/cause.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP_BASE "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
#define SDP_HOLD SDP "a=sendonly\r\n"
#define SDP_OTHER                                                                                  \
	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 5000 RTP/AVP 8\r\n"
#define SDP_G729                                                                                   \
	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 5000 RTP/AVP 18\r\n"
#define SDP_GROUP SDP_BASE "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 224.0.0.1\r\n"
#define SDP_IP6 SDP_BASE "m=audio 5000 RTP/AVP 8\r\nc=IN IP6 ::1\r\n"

#define SDP_CLEAR SDP_BASE "m=audio 4000 RTP/AVP 125 8\r\na=rtpmap:125 CLEARMODE/8000\r\n"
#define SDP_SPEECH_OR_CLEAR SDP_BASE "m=audio 4000 RTP/AVP 8 125\r\na=rtpmap:125 CLEARMODE/8000\r\n"

static struct rig rig;
static char tag[64]; /* ours, in the dialog at hand */

static void request_with(const char *method, unsigned cseq, const char *branch, const char *more,
			 const char *body)
{
	peer_says(&rig, body,
		  "%s sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s\n"
		  "From: \"Al\" <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>%s%s\n"
		  "Call-ID: call\nCSeq: %u %s\nMax-Forwards: 70\n"
		  "Contact: <sip:al@127.0.0.1:%u>\n%s",
		  method, rig.peer.port, branch, *tag ? ";tag=" : "", tag, cseq, method,
		  rig.peer.port, more);
}

static void request(const char *method, unsigned cseq, const char *body)
{
	char branch[32];

	snprintf(branch, sizeof(branch), "%s%u", method, cseq);
	request_with(method, cseq, branch, "", body);
}

static void keep_tag(void)
{
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	ck_assert_str_ne(tag, "");
}

static void open_rig(void)
{
	rig_open(&rig);
	tag[0] = '\0';
}

static void invite(const char *body)
{
	request("INVITE", 1, body);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 1);
}

static void connect_call(const char *body)
{
	invite(body);
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	keep_tag();
}

static void open_call(void)
{
	open_rig();
	connect_call(SDP);
	request("ACK", 1, "");
}

/* The INVITE's transaction is ended as the final response says. */
static void ack_failure(void)
{
	keep_tag();
	request_with("ACK", 1, "INVITE1", "", "");
	peer_hears_nothing(&rig);
}

static const struct mg_rtp *rtp(void)
{
	struct mock_term *term = mock_mg_find(rig.mg, rig.mg->last_context, MG_RTP);

	ck_assert_ptr_nonnull(term);
	return &term->what.rtp;
}

START_TEST(call_is_set_up_and_cleared_by_the_caller)
{
	open_rig();
	invite(SDP);
	const struct leg_msg *setup = mock_leg_told(&rig.line, LEG_SETUP);
	ck_assert_str_eq(setup->setup.called.digits, "600");
	ck_assert_str_eq(setup->setup.calling.digits, "100");
	ck_assert_str_eq(setup->setup.calling_name, "Al");
	ck_assert_int_eq(setup->law, LEG_LAW_MULAW); /* their first */
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	ck_assert_ptr_null(strstr(rig.heard, "m=audio"));
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Content-Type"), "application/sdp");
	ck_assert_ptr_nonnull(strstr(rig.heard, "m=audio 20000 RTP/AVP 0 101\r\n"));
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	keep_tag();
	request("ACK", 1, "");
	rig_pass(&rig, 2000);
	peer_hears_nothing(&rig); /* the 200 is not sent again */
	request("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_NORMAL);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3325: a trusted peer is told who answered, another one is not, nor is what nobody vouches for said */
START_TEST(who_answered_is_asserted_to_whom_we_trust)
{
	static const struct {
		bool trusted;
		uint8_t screening, presentation;
		const char *identity, *privacy;
	} rows[] = {
		{ true, 3, LEG_PRES_ALLOWED, "\"Ann\" <sip:+49301234@127.0.0.1:%u;user=phone>",
		  "" },
		{ true, 1, LEG_PRES_RESTRICTED, "\"Ann\" <sip:+49301234@127.0.0.1:%u;user=phone>",
		  "id" },
		{ true, 0, LEG_PRES_ALLOWED, "", "" },
		{ false, 3, LEG_PRES_ALLOWED, "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_msg connect = { .verb = LEG_CONNECT, .party = { .name = "Ann" } };
		char identity[128];

		snprintf(connect.party.number.digits, LEG_DIGITS_MAX, "49301234");
		connect.party.number.type = LEG_TON_INTERNATIONAL;
		connect.party.number.screening = rows[i].screening;
		connect.party.number.presentation = rows[i].presentation;
		open_rig();
		rig.peer.trusted = rows[i].trusted;
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
		invite(SDP);
		mock_leg_says(&rig.line, &connect);
		rig_settle(&rig);
		peer_hears(&rig, "SIP/2.0 200 ");
		keep_tag();
		snprintf(identity, sizeof(identity), rows[i].identity, rig.config.port);
		ck_assert_str_eq(heard(&rig, "P-Asserted-Identity"), identity);
		ck_assert_str_eq(heard(&rig, "Privacy"), rows[i].privacy);
		request("ACK", 1, "");
		request("BYE", 2, "");
		peer_hears(&rig, "SIP/2.0 200 ");
		rig_close(&rig);
	}
}
END_TEST

/* RFC 4040; what they like best decides */
START_TEST(clear_data_is_an_unrestricted_call)
{
	open_rig();
	connect_call(SDP_CLEAR);
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.bearer, LEG_UNRESTRICTED);
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 125\r\na=rtpmap:125 CLEARMODE/8000\r\n"));
	ck_assert_int_eq(rtp()->codec, CODEC_CLEARMODE);
	request("ACK", 1, "");
	request("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
	open_rig();
	connect_call(SDP_SPEECH_OR_CLEAR);
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.bearer, LEG_AUDIO_3K1);
	ck_assert_int_eq(rtp()->codec, CODEC_PCMA);
	request("ACK", 1, "");
	request("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
}
END_TEST

START_TEST(clearing_from_the_line_is_bye_with_reason)
{
	open_call();
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_DESTINATION_OUT_OF_ORDER, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:al@127.0.0.1:");
	ck_assert_str_eq(heard(&rig, "Reason"), "Q.850;cause=27;text=\"destination out of order\"");
	/* RFC 3261 17.1.2.2: it is sent again until it is answered, and the call is not over before */
	rig_pass(&rig, 600);
	peer_hears(&rig, "BYE ");
	ck_assert_uint_eq(mock_mg_count(rig.mg), 0);
	char answer[RIG_TEXT];
	snprintf(answer, sizeof(answer),
		 "SIP/2.0 200 OK\nVia: %s\nFrom: %s\nTo: %s\nCall-ID: call\nCSeq: %s\n",
		 heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "CSeq"));
	peer_says_from(&rig, rig.fd, answer, "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* Timer F */
START_TEST(bye_without_answer_ends_the_call_all_the_same)
{
	open_call();
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(codec_is_settled_by_the_far_law)
{
	const struct leg_msg connect = { .verb = LEG_CONNECT, .law = LEG_LAW_ALAW };

	open_rig();
	invite(SDP);
	call_hears(rig.hub, rig.line.leg, &connect);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 8 101\r\n"));
	ck_assert_int_eq(rtp()->codec, CODEC_PCMA);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 13.2.1: the same answer in each response once it was given */
START_TEST(sound_before_answer_is_described)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_PROGRESS, 0, true);
	peer_hears(&rig, "SIP/2.0 183 ");
	const char *sdp = strstr(rig.heard, "v=0");
	ck_assert_ptr_nonnull(sdp);
	char first[OFFER_TEXT_MAX];
	snprintf(first, sizeof(first), "%s", sdp);
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, first));
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, first));
	rig_close(&rig);
}
END_TEST

START_TEST(announcement_is_heard_before_the_refusal)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_DISCONNECT, CAUSE_UNALLOCATED, true);
	peer_hears(&rig, "SIP/2.0 183 ");
	rig_pass(&rig, 3000);
	peer_hears_nothing(&rig);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_UNALLOCATED, false);
	peer_hears(&rig, "SIP/2.0 404 ");
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3398 7.2.4.1 */
START_TEST(new_number_is_told_with_301)
{
	const struct leg_msg moved = { .verb = LEG_RELEASE, .cause = 22, .moved_to = "5551234" };

	open_rig();
	invite(SDP);
	call_hears(rig.line.hub, rig.line.leg, &moved);
	peer_hears(&rig, "SIP/2.0 301 Moved Permanently");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), "<sip:5551234@127.0.0.1:"));
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(refusal_is_mapped_and_carries_the_cause)
{
	static const struct {
		uint8_t cause;
		const char *status, *reason;
	} rows[] = {
		{ 17, "SIP/2.0 486 Busy Here", "Q.850;cause=17;text=\"user busy\"" },
		{ 16, "SIP/2.0 480 Temporarily Unavailable",
		  "Q.850;cause=16;text=\"normal call clearing\"" },
		{ 34, "SIP/2.0 503 Service Unavailable",
		  "Q.850;cause=34;text=\"no circuit/channel available\"" },
		{ 21, "SIP/2.0 603 Decline", "Q.850;cause=21;text=\"call rejected\"" },
		{ 22, "SIP/2.0 410 Gone", "Q.850;cause=22;text=\"number changed\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_rig();
		invite(SDP);
		mock_leg_say(&rig.line, LEG_RELEASE, rows[i].cause, false);
		peer_hears(&rig, rows[i].status);
		ck_assert_str_eq(heard(&rig, "Reason"), rows[i].reason);
		ck_assert_str_eq(heard(&rig, "Retry-After"), "");
		ack_failure();
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3261 9.2 */
START_TEST(cancel_ends_the_call)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	request_with("CANCEL", 1, "INVITE1", "Reason: Q.850;cause=31\n", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	peer_hears(&rig, "SIP/2.0 487 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause,
			  31); /* the peer is trusted */
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(reason_of_a_stranger_is_not_believed)
{
	open_rig();
	rig.peer.trusted = false;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	connect_call(SDP);
	request("ACK", 1, "");
	request_with("BYE", 2, "b", "Reason: Q.850;cause=31\n", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_NORMAL);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 15.1.2 */
START_TEST(bye_before_answer_ends_the_call)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	keep_tag();
	request("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 487 ");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 13.3.1.4 */
START_TEST(answer_without_ack_is_cleared_by_timer_h)
{
	unsigned repeats = 0;

	open_rig();
	connect_call(SDP);
	rig_pass(&rig, RIG_TIMER_B_MS - 100);
	while (peer_hears_on(&rig, rig.fd) && !strncmp(rig.heard, "SIP/2.0 200 ", 12))
		repeats++;
	ck_assert_uint_ge(repeats, 3);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_pass(&rig, 200);
	peer_hears(&rig, "BYE ");
	rig_pass(&rig, RIG_TIMER_B_MS + 100);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 15: no BYE before the ACK */
START_TEST(release_before_the_ack_waits_for_it)
{
	open_rig();
	connect_call(SDP);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears_nothing(&rig);
	request("ACK", 1, "");
	peer_hears(&rig, "BYE ");
	rig_close(&rig);
}
END_TEST

/* RFC 3261 13.2.1: the offer is in the 200, the answer in the ACK */
START_TEST(delayed_offer_is_answered_in_the_ack)
{
	open_rig();
	connect_call("");
	ck_assert_ptr_nonnull(strstr(rig.heard, "m=audio 20000 RTP/AVP 8 0 101\r\n"));
	ck_assert(!rtp()->send);
	request("ACK", 1, SDP_OTHER);
	struct mg_rtp now = *rtp();
	ck_assert(now.send && now.receive);
	ck_assert_uint_eq(netaddr_port(&now.remote), 5000);
	ck_assert_int_eq(now.codec, CODEC_PCMA);
	request("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(ack_without_a_usable_answer_ends_the_call)
{
	static const char *const answers[] = { "", "v=0\r\nxxx", SDP_G729, SDP_GROUP, SDP_IP6 };

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		open_rig();
		connect_call("");
		request("ACK", 1, answers[i]);
		peer_hears(&rig, "BYE ");
		ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause,
				  CAUSE_BEARER_NOT_IMPLEMENTED);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3264 8: hold, and another address */
START_TEST(session_changes_by_reinvite)
{
	open_call();
	request("INVITE", 2, SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=recvonly\r\n"));
	ck_assert_ptr_nonnull(strstr(rig.heard, " 2 IN IP4 ")); /* the next version */
	ck_assert(!rtp()->send && rtp()->receive);
	request("ACK", 2, "");
	request("INVITE", 3, SDP_OTHER);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "m=audio 20000 RTP/AVP 8\r\n"));
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 5000);
	request("ACK", 3, "");
	request("INVITE", 4, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 8 0 101\r\n"));
	request("ACK", 4, SDP);
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 14.2: 500 with a random time while another is in progress, 491 while our own offer is open */
START_TEST(reinvite_out_of_turn_is_refused)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	keep_tag();
	request("INVITE", 2, SDP);
	peer_hears(&rig, "SIP/2.0 500 ");
	ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	request_with("ACK", 2, "INVITE2", "", "");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	peer_hears(&rig, "SIP/2.0 200 ");
	unsigned times = 0;
	for (unsigned cseq = 3; cseq < 43; cseq++) {
		request("INVITE", cseq, SDP);
		peer_hears(&rig, "SIP/2.0 500 ");
		int s = atoi(heard(&rig, "Retry-After"));
		ck_assert_int_ge(s, 0);
		ck_assert_int_le(s, 10);
		times |= 1u << s;
	}
	ck_assert_int_ge(__builtin_popcount(times), 5);
	rig_close(&rig);
	open_rig();
	connect_call("");
	request("INVITE", 2, SDP);
	peer_hears(&rig, "SIP/2.0 491 ");
	ck_assert_str_eq(heard(&rig, "Retry-After"), "");
	rig_close(&rig);
}
END_TEST

/* RFC 3264 8.3.2: what telephone-event is called does not change in a call */
START_TEST(our_payload_types_stay_over_offers)
{
	open_rig();
	connect_call(SDP_BASE
		     "m=audio 4000 RTP/AVP 0 8 97\r\na=rtpmap:97 telephone-event/8000\r\n");
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 0 97\r\n"));
	request("ACK", 1, "");
	request("INVITE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 8 0 97\r\n"));
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=rtpmap:97 telephone-event/8000\r\n"));
	request("ACK", 2, SDP); /* which says 101 */
	ck_assert_uint_eq(rtp()->tevent_pt, 101);
	ck_assert_uint_eq(rtp()->tevent_rx_pt, 97);
	ck_assert_int_eq(rtp()->codec, CODEC_PCMU);
	ck_assert_uint_eq(rtp()->n_also, 1); /* SDP keeps both codecs */
	rig_close(&rig);
}
END_TEST

START_TEST(reinvite_keeps_the_codec)
{
	const struct leg_msg connect = { .verb = LEG_CONNECT, .law = LEG_LAW_ALAW };

	open_rig();
	invite(SDP);
	call_hears(rig.hub, rig.line.leg, &connect);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	keep_tag();
	request("ACK", 1, "");
	request("INVITE", 2, SDP_HOLD); /* mu-law before A-law, as before */
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "RTP/AVP 8 101\r\n"));
	ck_assert_int_eq(rtp()->codec, CODEC_PCMA);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.2.2: a re-INVITE's Contact is where requests go from then on */
START_TEST(reinvite_moves_the_remote_target)
{
	open_call();
	peer_says(
		&rig, SDP,
		"INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKm\n"
		"From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		"Call-ID: call\nCSeq: 2 INVITE\nContact: <sip:moved@127.0.0.1:%u>\n",
		rig.peer.port, tag, rig.peer.port);
	peer_hears(&rig, "SIP/2.0 200 ");
	request("ACK", 2, "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:moved@127.0.0.1:");
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.1.1: the route set is the Record-Route of the INVITE, in its order */
START_TEST(route_of_the_invite_is_taken)
{
	char more[128], route[64];

	open_rig();
	snprintf(route, sizeof(route), "<sip:127.0.0.1:%u;lr>", rig.peer.port);
	snprintf(more, sizeof(more), "Record-Route: %s, <sip:192.0.2.8;lr>\n", route);
	request_with("INVITE", 1, "INVITE1", more, SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert(!strncmp(heard(&rig, "Record-Route"), route, strlen(route)));
	keep_tag();
	request("ACK", 1, "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:al@127.0.0.1:");
	ck_assert(!strncmp(heard(&rig, "Route"), route, strlen(route)));
	ck_assert_ptr_nonnull(strstr(rig.heard, "<sip:192.0.2.8;lr>"));
	rig_close(&rig);
}
END_TEST

/* RFC 3261 8.2.2.3 */
START_TEST(extension_that_is_required_in_a_dialog_is_refused)
{
	static const char *const methods[] = { "INVITE", "OPTIONS", "BYE" };

	open_call();
	for (unsigned i = 0; i < 3; i++) {
		request_with(methods[i], 2 + i, methods[i], "Require: timer\n", "");
		peer_hears(&rig, "SIP/2.0 420 ");
		ck_assert_str_eq(heard(&rig, "Unsupported"), "timer");
	}
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_close(&rig);
}
END_TEST

/* RFC 3325 5: whose assertion is believed */
START_TEST(asserted_identity_counts_from_a_trusted_peer)
{
	for (unsigned trusted = 0; trusted < 2; trusted++) {
		open_rig();
		rig.peer.trusted = trusted;
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
		request_with("INVITE", 1, "INVITE1",
			     "P-Asserted-Identity: \"Boss\" <sip:+4930999@127.0.0.1>\n", SDP);
		const struct leg_setup *setup = &mock_leg_told(&rig.line, LEG_SETUP)->setup;
		ck_assert_str_eq(setup->calling.digits, trusted ? "4930999" : "100");
		ck_assert_str_eq(setup->calling_name, trusted ? "Boss" : "Al");
		ck_assert_uint_eq(setup->calling.screening, trusted ? 3 : 0);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3261 13.3.1.1 */
START_TEST(provisional_response_is_repeated_each_minute)
{
	static const struct {
		uint8_t verb;
		bool inband;
		const char *status;
		bool described;
	} rows[] = {
		{ LEG_PROCEEDING, false, "SIP/2.0 183 ", false }, /* none so far but 100 */
		{ LEG_ALERTING, false, "SIP/2.0 180 ", false },
		{ LEG_PROGRESS, true, "SIP/2.0 183 ", true },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_rig();
		invite(SDP);
		mock_leg_say(&rig.line, rows[i].verb, 0, rows[i].inband);
		rig_settle(&rig);
		if (i)
			peer_hears(&rig, rows[i].status);
		for (unsigned k = 0; k < 2; k++) {
			rig_pass(&rig, 59500);
			peer_hears_nothing(&rig);
			rig_pass(&rig, 500);
			peer_hears(&rig, rows[i].status);
			ck_assert(!strstr(rig.heard, "m=audio") == !rows[i].described);
		}
		mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
		rig_settle(&rig);
		peer_hears(&rig, "SIP/2.0 200 ");
		keep_tag();
		request("ACK", 1, "");
		rig_pass(&rig, 61000);
		peer_hears_nothing(&rig);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3261 13.3.1: the time that the caller gives */
START_TEST(invite_expires)
{
	open_rig();
	request_with("INVITE", 1, "INVITE1", "Expires: 20\n", SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	rig_pass(&rig, 19900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 200);
	peer_hears(&rig, "SIP/2.0 487 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_NO_ANSWER);
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(answer_is_before_the_expiry)
{
	static const char *const values[] = { "20", "4294967295" };

	for (unsigned i = 0; i < 2; i++) {
		char more[64];

		open_rig();
		snprintf(more, sizeof(more), "Expires: %s\n", values[i]);
		request_with("INVITE", 1, "INVITE1", more, SDP);
		peer_hears(&rig, "SIP/2.0 100 ");
		rig_pass(&rig, 10000);
		mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
		rig_settle(&rig);
		peer_hears(&rig, "SIP/2.0 200 ");
		keep_tag();
		request("ACK", 1, "");
		rig_pass(&rig, 11000);
		peer_hears_nothing(&rig);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
		rig_close(&rig);
	}
}
END_TEST

/* Without an offer no sound before the answer can be described, and the announcement would play to nobody */
START_TEST(announcement_that_nobody_can_hear_is_a_refusal)
{
	open_rig();
	invite("");
	mock_leg_say(&rig.line, LEG_DISCONNECT, CAUSE_UNALLOCATED, true);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 404 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_UNALLOCATED);
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 5621, RFC 3204: ISUP beside the description; and a body that need not be understood */
START_TEST(description_is_found_beside_other_bodies)
{
	open_rig();
	char head[RIG_TEXT];
	const char *body = "--b\r\nContent-Type: application/isup\r\n"
			   "Content-Disposition: signal;handling=optional\r\n\r\nxyz\r\n"
			   "--b\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n--b--\r\n";
	snprintf(head, sizeof(head),
		 "INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKx\n"
		 "From: <sip:1@127.0.0.1>;tag=x\nTo: <sip:600@127.0.0.1>\nCall-ID: x\n"
		 "CSeq: 1 INVITE\nContact: <sip:a@127.0.0.1>\nMIME-Version: 1.0\n"
		 "Content-Type: multipart/mixed;boundary=b\nContent-Length: %zu\n\n",
		 rig.peer.port, strlen(body));
	peer_says_raw(&rig, rig.fd, head, body);
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(netaddr_port(&rtp()->remote), 4000);
	rig_close(&rig);
}
END_TEST

START_TEST(refused_reinvite_changes_nothing)
{
	open_call();
	struct mg_rtp before = *rtp();
	request("INVITE", 2, SDP_G729);
	peer_hears(&rig, "SIP/2.0 488 ");
	ck_assert_str_eq(heard(&rig, "Warning"), "305 Crosspoint \"Incompatible media format\"");
	request_with("ACK", 2, "INVITE2", "", "");
	request("INVITE", 3, "v=0\r\nxxx");
	peer_hears(&rig, "SIP/2.0 400 ");
	request_with("ACK", 3, "INVITE3", "", "");
	request("INVITE", 4, SDP_IP6); /* our termination is of IPv4 */
	peer_hears(&rig, "SIP/2.0 488 ");
	ck_assert_str_eq(heard(&rig, "Warning"),
			 "301 Crosspoint \"Incompatible network address formats\"");
	request_with("ACK", 4, "INVITE4", "", "");
	ck_assert_mem_eq(&before.remote, &rtp()->remote, sizeof(before.remote));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(methods_that_are_not_ours_are_refused_politely)
{
	static const struct {
		const char *method, *status;
	} rows[] = {
		{ "MESSAGE", "SIP/2.0 405 " },
		{ "PUBLISH", "SIP/2.0 405 " },
		{ "FOO", "SIP/2.0 501 " },
		{ "OPTIONS", "SIP/2.0 200 " },
	};

	open_call();
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		request(rows[i].method, 10 + i, "");
		peer_hears(&rig, rows[i].status);
		ck_assert_str_eq(
			heard(&rig, "Allow"),
			"INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY");
	}
	rig_close(&rig);
}
END_TEST

START_TEST(without_a_port_the_call_is_refused)
{
	open_rig();
	rig.mg->refuse_add = -EMFILE;
	request("INVITE", 1, SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	peer_hears(&rig, "SIP/2.0 503 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_RESOURCE_UNAVAILABLE);
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(termination_that_fails_refuses_the_call)
{
	open_rig();
	rig.mg->fail_add = EIO;
	request("INVITE", 1, SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	peer_hears(&rig, "SIP/2.0 503 ");
	ack_failure();
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* Another address than the peer's and the remote target's has no say in the dialog, whatever it knows. */
START_TEST(strangers_cannot_end_a_call)
{
	char bye[RIG_TEXT];
	uint16_t port;
	int fd;

	open_call();
	fd = rig_socket("127.0.0.2", &port);
	snprintf(bye, sizeof(bye),
		 "BYE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.2;rport;branch=z9hG4bKx\n"
		 "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		 "Call-ID: call\nCSeq: 2 BYE\n",
		 tag);
	peer_says_from(&rig, fd, bye, "");
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert(!strncmp(rig.heard, "SIP/2.0 403 ", 12));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	close(fd);
	rig_close(&rig);
}
END_TEST

/* Longer than the hub's guard time, a call is dropped with its BYE still unanswered */
START_TEST(session_outlives_a_call_that_is_dropped)
{
	struct call_totals totals;
	struct sip_config none;

	open_rig();
	rig.config.timer_b_ms = 200000;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	connect_call(SDP);
	request("ACK", 1, "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	clock_advance(151000000);
	rig_settle(&rig);
	call_totals(rig.hub, &totals);
	ck_assert_uint_eq(totals.active, 0);
	none = rig.config;
	none.n_peers = 0; /* it is told to release, on behalf of no call */
	ck_assert_int_eq(sip_apply(rig.sip, &none), 0);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.2.2 */
START_TEST(requests_of_no_dialog_find_none)
{
	static const char *const methods[] = { "BYE", "INVITE", "CANCEL", "OPTIONS" };

	open_rig();
	snprintf(tag, sizeof(tag), "nobody");
	for (unsigned i = 0; i < 4; i++) {
		request(methods[i], 1 + i, "");
		peer_hears(&rig, "SIP/2.0 481 ");
	}
	request("ACK", 9, "");
	peer_hears_nothing(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 8.2.2.2 */
START_TEST(merged_request_is_no_second_call)
{
	open_rig();
	invite(SDP);
	request_with("INVITE", 1, "other-path", "", SDP);
	peer_hears(&rig, "SIP/2.0 482 ");
	ck_assert_uint_eq(rig.target.asked, 1);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 8.2.2.2 is about requests that are being served: a proxy that hunts sends the same one again */
START_TEST(request_that_comes_again_after_the_refusal_is_a_call)
{
	open_rig();
	invite(SDP);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	peer_hears(&rig, "SIP/2.0 486 ");
	ack_failure();
	rig_settle(&rig);
	tag[0] = '\0';
	request_with("INVITE", 1, "other-path", "", SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(rig.target.asked, 2);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 8.2.3, 21.4.7 */
START_TEST(caller_who_takes_no_description_is_406)
{
	static const struct {
		const char *accept, *status;
	} rows[] = {
		{ "text/nobodyKnowsThis", "SIP/2.0 406 " },
		{ "text/plain, application/sdp;level=1", "SIP/2.0 100 " },
		{ "application/*", "SIP/2.0 100 " },
		{ "*/*;q=0.1", "SIP/2.0 100 " },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char more[64];

		open_rig();
		snprintf(more, sizeof(more), "Accept: %s\n", rows[i].accept);
		request_with("INVITE", 1, "INVITE1", more, SDP);
		peer_hears(&rig, rows[i].status);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 2543, RFC 4475 3.4.1 */
START_TEST(without_contact_the_sender_is_the_target)
{
	open_rig();
	peer_says(&rig, SDP,
		  "INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u\n"
		  "From: <sip:old@127.0.0.1:%u>\nTo: <sip:600@127.0.0.1>\nCall-ID: old\n"
		  "CSeq: 1 INVITE\n",
		  rig.peer.port, rig.peer.port);
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	keep_tag();
	peer_says(&rig, "",
		  "ACK sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u\n"
		  "From: <sip:old@127.0.0.1:%u>\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		  "Call-ID: old\nCSeq: 1 ACK\n",
		  rig.peer.port, rig.peer.port, tag);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:old@127.0.0.1:");
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("uas", call_is_set_up_and_cleared_by_the_caller,
	  who_answered_is_asserted_to_whom_we_trust, clear_data_is_an_unrestricted_call,
	  clearing_from_the_line_is_bye_with_reason, bye_without_answer_ends_the_call_all_the_same,
	  codec_is_settled_by_the_far_law, sound_before_answer_is_described,
	  announcement_is_heard_before_the_refusal, new_number_is_told_with_301,
	  refusal_is_mapped_and_carries_the_cause, cancel_ends_the_call,
	  reason_of_a_stranger_is_not_believed, bye_before_answer_ends_the_call,
	  answer_without_ack_is_cleared_by_timer_h, release_before_the_ack_waits_for_it,
	  delayed_offer_is_answered_in_the_ack, ack_without_a_usable_answer_ends_the_call,
	  session_changes_by_reinvite, reinvite_out_of_turn_is_refused,
	  refused_reinvite_changes_nothing, methods_that_are_not_ours_are_refused_politely,
	  without_a_port_the_call_is_refused, termination_that_fails_refuses_the_call,
	  strangers_cannot_end_a_call, requests_of_no_dialog_find_none,
	  request_that_comes_again_after_the_refusal_is_a_call,
	  caller_who_takes_no_description_is_406, without_contact_the_sender_is_the_target,
	  session_outlives_a_call_that_is_dropped, merged_request_is_no_second_call,
	  our_payload_types_stay_over_offers, reinvite_keeps_the_codec,
	  reinvite_moves_the_remote_target, route_of_the_invite_is_taken,
	  extension_that_is_required_in_a_dialog_is_refused,
	  asserted_identity_counts_from_a_trusted_peer,
	  provisional_response_is_repeated_each_minute, invite_expires, answer_is_before_the_expiry,
	  announcement_that_nobody_can_hear_is_a_refusal, description_is_found_beside_other_bodies)
