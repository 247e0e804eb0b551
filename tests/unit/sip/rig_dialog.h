/* Calls with the peer at either end, for tests of what happens within them: in_ the peer called, out_ it was called. */
#pragma once

#include "call/cause.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP_OF(version, port, formats, direction)                                                  \
	"v=0\r\no=- 1 " version " IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"      \
	"m=audio " port " RTP/AVP " formats "\r\na=" direction "\r\n"
#define SDP SDP_OF("1", "4000", "8 0", "sendrecv")
#define SDP_HOLD SDP_OF("2", "4000", "8 0", "sendonly")
#define SDP_MOVED SDP_OF("3", "5000", "8", "sendrecv")
#define SDP_G729 SDP_OF("4", "5000", "18", "sendrecv")
#define REL100 ((struct session_policy){ .rel100 = REL100_SUPPORTED })
#define TIMER(s) ((struct session_policy){ .timer_s = (s), .timer_min_s = 90 })
#define PLAIN ((struct session_policy){ 0 })

static struct rig rig;
static char tag[64];           /* ours, in a call of the peer's */
static char invited[RIG_TEXT]; /* the INVITE that the peer got */

static inline void open_with(struct session_policy policy)
{
	rig_open(&rig);
	rig.peer.session = policy;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	tag[0] = '\0';
}

/* A request of the peer's in its own call. */
static inline void in_request(const char *method, unsigned cseq, const char *more, const char *body)
{
	peer_says(&rig, body,
		  "%s sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u\n"
		  "From: \"Al\" <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>%s%s\n"
		  "Call-ID: call\nCSeq: %u %s\nMax-Forwards: 70\n"
		  "Contact: <sip:al@127.0.0.1:%u>\n%s",
		  method, rig.peer.port, method, cseq, *tag ? ";tag=" : "", tag, cseq, method,
		  rig.peer.port, more);
}

static inline void in_keep_tag(void)
{
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	ck_assert_str_ne(tag, "");
}

static inline void in_invite(const char *more, const char *body)
{
	in_request("INVITE", 1, more, body);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 1);
}

static inline void line_says(uint8_t verb, bool inband)
{
	mock_leg_say(&rig.line, verb, 0, inband);
	rig_settle(&rig);
}

/* A response to the peer's INVITE comes. */
static inline void in_hears(const char *status)
{
	peer_hears(&rig, status);
	in_keep_tag();
}

/* An established call of the peer's. */
static inline void in_open(struct session_policy policy, const char *more, const char *body)
{
	open_with(policy);
	in_invite(more, body);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	peer_hears_nothing(&rig);
}

/* PRACK of the response heard last. */
static inline void in_prack(unsigned cseq, const char *body)
{
	char rack[64];

	in_keep_tag();
	ck_assert_str_eq(heard(&rig, "Require"), "100rel");
	snprintf(rack, sizeof(rack), "RAck: %s 1 INVITE\n", heard(&rig, "RSeq"));
	in_request("PRACK", cseq, rack, body);
}

static inline void out_place(void)
{
	struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "200" }, .calling = { .digits = "100" } },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "INVITE ");
	memcpy(invited, rig.heard, sizeof(invited));
}

/* A response to the request heard last. */
static inline void respond_to_heard(const char *status, const char *to_tag, const char *more,
				    const char *body)
{
	bool tagged = strstr(heard(&rig, "To"), ";tag=");

	peer_says(&rig, body,
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s%s%s\nCall-ID: %s\nCSeq: %s\n"
		  "Contact: <sip:%s@127.0.0.1:%u>\n%s",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  tagged || !*to_tag ? "" : ";tag=", tagged ? "" : to_tag, heard(&rig, "Call-ID"),
		  heard(&rig, "CSeq"), *to_tag ? to_tag : "b", rig.peer.port, more);
}

static inline void out_respond(const char *status, const char *to_tag, const char *more,
			       const char *body)
{
	memcpy(rig.heard, invited, sizeof(invited));
	respond_to_heard(status, to_tag, more, body);
}

/* A request of the peer's in a call to it, in the dialog of that tag of its. */
static inline void out_request(const char *method, unsigned cseq, const char *from_tag,
			       const char *more, const char *body)
{
	char heard_last[RIG_TEXT];

	memcpy(heard_last, rig.heard, sizeof(heard_last));
	memcpy(rig.heard, invited, sizeof(invited));
	peer_says(&rig, body,
		  "%s sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKp%s%u\n"
		  "From: %s;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %u %s\n"
		  "Contact: <sip:%s@127.0.0.1:%u>\n%s",
		  method, rig.peer.port, method, cseq, heard(&rig, "To"), from_tag,
		  heard(&rig, "From"), heard(&rig, "Call-ID"), cseq, method, from_tag,
		  rig.peer.port, more);
	memcpy(rig.heard, heard_last, sizeof(heard_last));
}

/* An established call to the peer, answered with these headers. */
static inline void out_open(struct session_policy policy, const char *more)
{
	open_with(policy);
	out_place();
	out_respond("200 OK", "b", more, SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
}

static inline void assert_cause(unsigned cause)
{
	const struct leg_msg *release = mock_leg_told(&rig.line, LEG_RELEASE);

	ck_assert_ptr_nonnull(release);
	ck_assert_uint_eq(release->cause, cause);
}

/* The line clears, the peer answers the BYE, nothing is left. */
static inline void clear_and_close(void)
{
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}

/* The peer heard a failure of its INVITE; nothing is left. */
static inline void in_refused(void)
{
	in_keep_tag();
	in_request("ACK", 1, "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
