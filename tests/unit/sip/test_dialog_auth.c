/* Digest within dialogs: each kind of request of ours is sent once more with what the peer asks for, and which of the peer's are
 * asked for it (RFC 3261 22, 8.1.3.5). */
#include "call/call.h"
#include "call/transfer.h"
#include "tests/unit/sip/rig_digest.h"
#include "tests/unit/sip/rig_sound.h"
#include "tests/unit/sip/rig_two.h"

#define ASKED "407 Proxy Authentication Required"
#define ASKS(nonce)                                                                                \
	"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"" nonce                         \
	"\", algorithm=SHA-256, qop=\"auth\"\n"

static void known(struct peer_config *peer)
{
	peer->auth[0] = (struct credentials_config){ .user = "gw", .secret = "s3cret" };
	peer->transfer.dtmf = DTMF_INFO;
	peer->transfer.by_refer = true;
	peer->media.telephone_event = false;
}

static const char *shows; /* the nonce that our next request shows unasked; NULL: none */

static void open_known(void)
{
	shows = NULL;
	open_two();
	configure(known);
}

/* The request heard last shows that nonce, for its own Request-URI. */
static void assert_shown(const char *method, const char *nonce)
{
	struct digest_credentials c;
	const char *uri = rig.heard + strlen(method) + 1;

	assert_signed(&rig, "Proxy-Authorization", method, "s3cret", &c);
	ck_assert_str_eq(c.nonce, nonce);
	ck_assert_msg(!strncmp(uri, c.uri, strlen(c.uri)) && uri[strlen(c.uri)] == ' ', "%s",
		      rig.heard);
}

/* The request heard last is refused, and comes once more with the answer; that is refused, too. more: what both have. */
static void heard_again(const char *method, const char *more)
{
	char first_to[512], first_from[512], line[64];
	int cseq = atoi(heard(&rig, "CSeq"));
	bool invite = !strcmp(method, "INVITE");

	snprintf(first_to, sizeof(first_to), "%s", heard(&rig, "To"));
	snprintf(first_from, sizeof(first_from), "%s", heard(&rig, "From"));
	if (shows)
		assert_shown(method, shows);
	else
		ck_assert_str_eq(heard(&rig, "Proxy-Authorization"), "");
	ck_assert_msg(strstr(rig.heard, more) != NULL, "%s", rig.heard);
	respond_to_heard(ASKED, "", ASKS("n1"), "");
	if (invite)
		peer_hears(&rig, "ACK ");
	snprintf(line, sizeof(line), "%s sip:", method);
	peer_hears(&rig, line);
	assert_shown(method, "n1");
	shows = "n1";
	ck_assert_int_eq(atoi(heard(&rig, "CSeq")), cseq + 1);
	ck_assert_str_eq(heard(&rig, "To"), first_to);
	ck_assert_str_eq(heard(&rig, "From"), first_from);
	ck_assert_msg(strstr(rig.heard, more) != NULL, "%s", rig.heard);
}

/* The answer is refused; nobody tries for ever. */
static void refused_again(void)
{
	respond_to_heard(ASKED, "", ASKS("n2"), "");
	shows = NULL;
}

START_TEST(prack_is_answered_for)
{
	open_known();
	out_place();
	out_respond("183 Session Progress", "b", "Require: 100rel\nRSeq: 7\n", SDP);
	peer_hears(&rig, "PRACK ");
	heard_again("PRACK", "\r\nRAck: 7 ");
	refused_again();
	peer_hears_nothing(&rig);
	out_respond("180 Ringing", "b", "Require: 100rel\nRSeq: 8\n", "");
	peer_hears(&rig, "PRACK ");
	heard_again("PRACK", "\r\nRAck: 8 ");
	respond_to_heard("200 OK", "", "", "");
	out_respond("200 OK", "b", "", "");
	peer_hears(&rig, "ACK ");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	heard_again("BYE", "");
	respond_to_heard("200 OK", "", "", "");
	end_two();
}
END_TEST

START_TEST(prack_of_a_reinvite_is_answered_for)
{
	char reinvite[RIG_TEXT];

	open_known();
	talk(&one);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	heard_again("INVITE", "a=sendonly");
	memcpy(reinvite, rig.heard, sizeof(reinvite));
	respond_to_heard("183 Session Progress", "", "Require: 100rel\nRSeq: 3\n", "");
	peer_hears(&rig, "PRACK ");
	heard_again("PRACK", "\r\nRAck: 3 ");
	respond_to_heard("200 OK", "", "", "");
	memcpy(rig.heard, reinvite, sizeof(reinvite));
	respond_to_heard("200 OK", "", "", SDP_OF("2", "4000", "8", "recvonly"));
	peer_hears(&rig, "ACK ");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

/* The call goes away while PRACKs are on their way. */
START_TEST(prack_may_outlive_its_call)
{
	open_known();
	out_place();
	out_respond("183 Session Progress", "b", "Require: 100rel\nRSeq: 7\n", SDP);
	peer_hears(&rig, "PRACK ");
	memcpy(rig.heard, invited, sizeof(invited));
	respond_to_heard("486 Busy Here", "b", "", "");
	peer_hears(&rig, "ACK ");
	end_two();
}
END_TEST

/* Nobody would hear the challenge to a BYE of a gateway that stops. */
START_TEST(bye_of_the_end_shows_who_we_are)
{
	open_known();
	out_place();
	respond_to_heard(ASKED, "b", ASKS("n1"), "");
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE ");
	respond_to_heard("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	sip_free(rig.sip);
	rig_settle(&rig);
	peer_hears(&rig, "BYE ");
	assert_shown("BYE", "n1");
	rig.sip = sip_new(rig.talloc_ctx, rig.hub, rig.mg);
	end_two();
}
END_TEST

/* What another call was asked for is not told to whoever takes part in this one. */
START_TEST(a_call_that_was_not_asked_shows_nothing)
{
	open_known();
	out_place();
	respond_to_heard(ASKED, "b", ASKS("n1"), "");
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE ");
	respond_to_heard("486 Busy Here", "b", "", "");
	peer_hears(&rig, "ACK ");
	mock_leg_close(&rig.line);
	talk(&one);
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard(&rig, "Proxy-Authorization"), "");
	respond_to_heard("200 OK", "", "", "");
	end_two();
}
END_TEST

START_TEST(update_is_answered_for)
{
	const struct leg_msg connected = {
		.verb = LEG_NOTIFY,
		.party = { .number = { .digits = "300" } },
	};

	open_known();
	rig.peer.identity.send_identity = IDENTITY_PAI;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	invite(&one, "Allow: INVITE, UPDATE\n");
	line_says(LEG_CONNECT, false);
	answered(&one);
	mock_leg_says(&rig.line, &connected);
	rig_settle(&rig);
	peer_hears(&rig, "UPDATE ");
	heard_again("UPDATE", "Contact: ");
	respond_to_heard("200 OK", "", "", "");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(digits_are_answered_for)
{
	open_known();
	talk(&one);
	mock_leg_key(&rig.line, "12", false);
	rig_settle(&rig);
	peer_hears(&rig, "INFO ");
	heard_again("INFO", "\r\n\r\nSignal=1\r\n");
	refused_again(); /* lost; the rest is not */
	peer_hears(&rig, "INFO ");
	heard_again("INFO", "\r\n\r\nSignal=2\r\n");
	respond_to_heard("200 OK", "", "", "");
	peer_hears_nothing(&rig);
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(refer_is_answered_for)
{
	open_known();
	talk(&one);
	ck_assert_int_eq(call_put_through(rig.hub, call_id(rig.line.leg->call), true, "300"), 0);
	rig_settle(&rig);
	peer_hears(&rig, "REFER ");
	heard_again("REFER", "\r\nRefer-To: <sip:300@");
	respond_to_heard("202 Accepted", "", "", "");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(notify_is_answered_for)
{
	char first[RIG_TEXT];

	open_known();
	talk(&one);
	ask(&one, "REFER", "Refer-To: <sip:700@127.0.0.1>\n", "");
	peer_hears(&rig, "SIP/2.0 202 ");
	peer_hears(&rig, "NOTIFY ");
	heard_again("NOTIFY", "SIP/2.0 100 Trying");
	memcpy(first, rig.heard, sizeof(first));
	second_says(LEG_ALERTING, 0);
	peer_hears_nothing(&rig); /* one at a time */
	memcpy(rig.heard, first, sizeof(first));
	respond_to_heard("200 OK", "", "", "");
	ck_assert_msg(peer_hears_on(&rig, rig.fd), "no second NOTIFY");
	heard_again("NOTIFY", "SIP/2.0 180 Ringing");
	refused_again(); /* nobody wants to hear of it */
	second_says(LEG_CONNECT, 0);
	peer_takes("BYE ");
	ck_assert_ptr_eq(call_other(rig.line.leg), second.leg);
	end_two();
}
END_TEST

/* The peer shows who it is */

static struct digest_challenge challenge;
static uint32_t nc;

static void asked(struct peer_config *peer)
{
	peer->authenticate =
		(struct authenticate_config){ "pbx", "s3cret", "crosspoint", 0, false };
}

/* What it says unasked to the last challenge, and headers before that. */
static const char *shown(const char *method, const char *secret, const char *headers)
{
	static char text[DIGEST_HEADER_MAX + 256];
	const struct digest_request request = { .method = method };
	char credentials[DIGEST_HEADER_MAX];
	struct digest_credentials c = {
		.user = "pbx",
		.uri = "sip:600@127.0.0.1",
		.algorithm = challenge.algorithm,
		.qop = DIGEST_QOP_AUTH,
		.nc = ++nc,
		.cnonce = "c",
	};

	strcpy(c.realm, challenge.realm);
	strcpy(c.nonce, challenge.nonce);
	ck_assert(digest_respond(&c, secret, &request, c.response));
	digest_write_credentials(&c, credentials);
	snprintf(text, sizeof(text), "%sAuthorization: %s\n", headers, credentials);
	return text;
}

static void hear_challenge(void)
{
	peer_hears(&rig, "SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	nc = 0;
}

#define SDP_TYPE "Content-Type: application/sdp\n"
#define TO_SECOND "Refer-To: <sip:700@127.0.0.1>\n"

/* A call of the peer's, which was asked for it. */
static void open_asked(void)
{
	open_two();
	configure(asked);
	ask(&one, "INVITE", SDP_TYPE, SDP);
	hear_challenge();
	ask(&one, "INVITE", shown("INVITE", "s3cret", SDP_TYPE), SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_CONNECT, false);
	answered(&one);
}

static void end_asked(void)
{
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}

START_TEST(what_changes_a_call_is_asked_for)
{
	static const struct {
		const char *method, *headers, *body, *then;
	} rows[] = {
		{ "INVITE", SDP_TYPE, SDP_HOLD, "SIP/2.0 200 " },
		{ "UPDATE", SDP_TYPE, SDP_HOLD, "SIP/2.0 200 " },
		{ "REFER", TO_SECOND, "", "SIP/2.0 202 " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_asked();
		challenge.nonce[10] ^= 1; /* not one of ours */
		ask(&one, rows[i].method, shown(rows[i].method, "guess", rows[i].headers),
		    rows[i].body);
		hear_challenge();
		ck_assert(!challenge.stale);
		ask(&one, rows[i].method, rows[i].headers, rows[i].body);
		hear_challenge();
		ck_assert_uint_eq(mock_leg_count(&second, LEG_SETUP), 0);
		ck_assert(rtp()->receive);
		ask(&one, rows[i].method, shown(rows[i].method, "s3cret", rows[i].headers),
		    rows[i].body);
		peer_hears(&rig, rows[i].then);
		if (*rows[i].then == 'S' && *rows[i].method == 'I')
			ask_at(&one, "ACK", one.cseq, "", "");
		if (*rows[i].method == 'R') {
			peer_takes("NOTIFY ");
			ck_assert_uint_eq(mock_leg_count(&second, LEG_SETUP), 1);
		} else {
			ck_assert(!rtp()->send);
		}
		end_asked();
	}
}
END_TEST

/* An UPDATE without a description that leads our requests elsewhere. */
START_TEST(another_target_is_asked_for)
{
	open_asked();
	one.parameters = ";maddr=127.0.0.2";
	ask(&one, "UPDATE", "", "");
	hear_challenge();
	one.parameters = NULL;
	one.contact = "moved";
	ask(&one, "UPDATE", "", "");
	hear_challenge();
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE sip:al@");
	respond_to_heard("200 OK", "", "", "");
	end_two();
	open_asked();
	one.contact = "moved";
	ask(&one, "UPDATE", shown("UPDATE", "s3cret", ""), "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ask(&one, "UPDATE", "", ""); /* it is the target now */
	peer_hears(&rig, "SIP/2.0 200 ");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE sip:moved@");
	respond_to_heard("200 OK", "", "", "");
	end_two();
}
END_TEST

/* Nobody who shows it unasked is asked again while the nonce is good. */
START_TEST(cached_nonce_goes_on)
{
	open_asked();
	for (unsigned i = 0; i < 3; i++) {
		ask(&one, "UPDATE", shown("UPDATE", "s3cret", SDP_TYPE), SDP_HOLD);
		peer_hears(&rig, "SIP/2.0 200 ");
	}
	nc--; /* heard by somebody, and said again */
	ask(&one, "UPDATE", shown("UPDATE", "s3cret", SDP_TYPE), SDP_HOLD);
	hear_challenge();
	ck_assert(challenge.stale);
	ask(&one, "UPDATE", shown("INVITE", "s3cret", SDP_TYPE), SDP_HOLD); /* of another method */
	hear_challenge();
	ck_assert(!challenge.stale);
	end_asked();
}
END_TEST

START_TEST(the_rest_of_a_call_is_not_asked_for)
{
	open_asked();
	ask(&one, "UPDATE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ask(&one, "INFO", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ask(&one, "OPTIONS", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ask(&one, "NOTIFY", "Event: refer\nSubscription-State: active\n", "");
	peer_hears(&rig, "SIP/2.0 481 ");
	ask(&one, "MESSAGE", "", "");
	peer_hears(&rig, "SIP/2.0 405 ");
	end_asked();
}
END_TEST

/* PRACK, and CANCEL, which cannot be asked for. */
START_TEST(call_that_is_not_answered_is_not_asked_again)
{
	char rack[64];

	open_two();
	configure(asked);
	ask(&one, "INVITE", SDP_TYPE, SDP);
	hear_challenge();
	rig.peer.session = REL100;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ask(&one, "INVITE", shown("INVITE", "s3cret", SDP_TYPE "Supported: 100rel\n"), SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_ALERTING, false);
	peer_hears(&rig, "SIP/2.0 180 ");
	snprintf(one.tag, sizeof(one.tag), "%s", heard_tag(&rig, "To"));
	snprintf(rack, sizeof(rack), "RAck: %s %u INVITE\n", heard(&rig, "RSeq"), one.cseq);
	ask(&one, "PRACK", rack, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ask(&one, "BYE", "", ""); /* RFC 3261 15: the caller may */
	peer_hears(&rig, "SIP/2.0 ");
	ck_assert_ptr_null(strstr(rig.heard, "SIP/2.0 401"));
	end_two();
}
END_TEST

UNIT_MAIN("dialog-auth", prack_is_answered_for, prack_of_a_reinvite_is_answered_for,
	  prack_may_outlive_its_call, bye_of_the_end_shows_who_we_are,
	  a_call_that_was_not_asked_shows_nothing, update_is_answered_for, digits_are_answered_for,
	  refer_is_answered_for, notify_is_answered_for, what_changes_a_call_is_asked_for,
	  another_target_is_asked_for, cached_nonce_goes_on, the_rest_of_a_call_is_not_asked_for,
	  call_that_is_not_answered_is_not_asked_again)
