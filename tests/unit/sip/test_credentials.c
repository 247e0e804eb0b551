/* What we answer to a peer's challenge, message by message. */
#include "call/cause.h"
#include "tests/unit/sip/rig_digest.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\n"
#define REALM "realm=\"example.org\", "
#define ASKS "WWW-Authenticate: Digest " REALM
#define PROXY_ASKS "Proxy-Authenticate: Digest " REALM
#define SHA "algorithm=SHA-256, qop=\"auth\"\n"

static struct rig rig;

static void open_with(const char *realm)
{
	rig_open(&rig);
	rig.peer.auth[0] = (struct credentials_config){ .user = "gw", .secret = "s3cret" };
	snprintf(rig.peer.auth[0].realm, sizeof(rig.peer.auth[0].realm), "%s", realm);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void place_call(void)
{
	const struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "200" }, .calling = { .digits = "100" } },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "INVITE ");
}

/* To the request heard last, whatever it was. */
static void respond(const char *status, const char *more, const char *body)
{
	const bool tagged = strstr(heard(&rig, "To"), ";tag=");

	peer_says(&rig, body,
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s%s\nCall-ID: %s\nCSeq: %s\n"
		  "Contact: <sip:b@127.0.0.1:%u>\n%s",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  tagged ? "" : ";tag=b", heard(&rig, "Call-ID"), heard(&rig, "CSeq"),
		  rig.peer.port, more);
}

/* It asks, hears the ACK of its refusal, and then the next INVITE. */
static void ask(const char *status, const char *challenges)
{
	respond(status, challenges, "");
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE ");
}

static void assert_given_up(void)
{
	peer_hears(&rig, "ACK ");
	peer_hears_nothing(&rig);
	ck_assert_ptr_nonnull(mock_leg_told(&rig.line, LEG_RELEASE));
	rig_assert_idle(&rig);
	rig_close(&rig);
}

START_TEST(invite_is_sent_again_with_the_answer)
{
	struct digest_credentials c;
	char call_id[256], from[512];

	open_with("");
	place_call();
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	snprintf(from, sizeof(from), "%s", heard(&rig, "From"));
	unsigned cseq = (unsigned)atoi(heard(&rig, "CSeq"));
	ask("401 Unauthorized", ASKS "nonce=\"n1\", opaque=\"o\", " SHA);
	assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
	ck_assert_str_eq(c.user, "gw");
	ck_assert_str_eq(c.opaque, "o");
	ck_assert_int_eq(c.algorithm, DIGEST_SHA256);
	ck_assert_uint_eq(c.nc, 1);
	ck_assert_str_eq(heard(&rig, "Call-ID"), call_id); /* RFC 3261 8.1.3.5 */
	ck_assert_str_eq(heard(&rig, "From"), from);
	ck_assert_int_eq(atoi(heard(&rig, "CSeq")), (int)cseq + 1);
	ck_assert_ptr_null(strstr(heard(&rig, "To"), "tag="));
	ck_assert_ptr_nonnull(strstr(rig.heard, "m=audio"));
	respond("200 OK", "", SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_int_eq(atoi(heard(&rig, "CSeq")), (int)cseq + 1);
	assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c); /* RFC 3261 13.2.2.4 */
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE ");
	assert_signed(&rig, "Authorization", "BYE", "s3cret", &c); /* RFC 3261 22.3 */
	ck_assert_str_eq(c.nonce, "n1");
	ck_assert_uint_eq(c.nc, 2);
	respond("407 Proxy Authentication Required", PROXY_ASKS "nonce=\"n2\", " SHA, "");
	peer_hears(&rig, "BYE ");
	assert_signed(&rig, "Proxy-Authorization", "BYE", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "n2");
	respond("200 OK", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* A branch rings, and another one's challenge is what the proxy chooses: the next INVITE belongs to no dialog yet. */
START_TEST(challenge_after_ringing_begins_anew)
{
	char first[RIG_TEXT], uri[512];
	struct digest_credentials c;

	open_with("");
	place_call();
	memcpy(first, rig.heard, sizeof(first));
	snprintf(uri, sizeof(uri), "%.*s", (int)strcspn(first, "\r"), first);
	respond("183 Session Progress", "Record-Route: <sip:127.0.0.1;lr>\n", SDP);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROGRESS), 1);
	memcpy(rig.heard, first, sizeof(first));
	ask("401 Unauthorized", ASKS "nonce=\"n1\", " SHA);
	assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
	ck_assert_ptr_null(strstr(heard(&rig, "To"), "tag="));
	ck_assert_str_eq(heard(&rig, "Route"), "");
	ck_assert_msg(!strncmp(rig.heard, uri, strlen(uri)), "%s", rig.heard);
	peer_says(&rig, SDP,
		  "SIP/2.0 200 OK\nVia: %s\nFrom: %s\nTo: %s;tag=d\nCall-ID: %s\nCSeq: %s\n"
		  "Contact: <sip:d@127.0.0.1:%u>\n",
		  heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"), rig.peer.port);
	peer_hears(&rig, "ACK sip:d@");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "To"), "tag=d"));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE sip:d@");
	respond("200 OK", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(strongest_algorithm_is_chosen)
{
	struct digest_credentials c;

	open_with("example.org");
	place_call();
	ask("407 Proxy Authentication Required", PROXY_ASKS
	    "nonce=\"m\", algorithm=MD5\n" PROXY_ASKS "nonce=\"s\", " SHA PROXY_ASKS
	    "nonce=\"x\", algorithm=SHA-3\nProxy-Authenticate: Basic realm=\"example.org\"\n");
	assert_signed(&rig, "Proxy-Authorization", "INVITE", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "s");
	respond("486 Busy Here", "", "");
	assert_given_up();
}
END_TEST

START_TEST(every_form_of_challenge_is_answered)
{
	static const struct {
		const char *more;
		enum digest_algorithm algorithm;
		bool sess;
		uint8_t qop;
	} rows[] = {
		{ "algorithm=MD5\n", DIGEST_MD5, false, 0 },
		{ "qop=\"auth\"\n", DIGEST_MD5, false, DIGEST_QOP_AUTH },
		{ "qop=\"auth-int,auth\"\n", DIGEST_MD5, false, DIGEST_QOP_AUTH },
		{ "qop=\"auth-int\"\n", DIGEST_MD5, false, DIGEST_QOP_AUTH_INT },
		{ "qop=\"auth-int\", algorithm=SHA-256-sess\n", DIGEST_SHA256, true,
		  DIGEST_QOP_AUTH_INT },
		{ "qop=\"auth\", algorithm=SHA-512-256\n", DIGEST_SHA512_256, false,
		  DIGEST_QOP_AUTH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct digest_credentials c;
		char challenge[256];

		open_with("example.org");
		place_call();
		snprintf(challenge, sizeof(challenge), ASKS "nonce=\"n\", %s", rows[i].more);
		ask("401 Unauthorized", challenge);
		assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
		ck_assert_int_eq(c.algorithm, rows[i].algorithm);
		ck_assert_int_eq(c.sess, rows[i].sess);
		ck_assert_uint_eq(c.qop, rows[i].qop);
		respond("486 Busy Here", "", "");
		assert_given_up();
	}
}
END_TEST

START_TEST(wrong_password_is_said_once)
{
	open_with("");
	place_call();
	ask("401 Unauthorized", ASKS "nonce=\"n1\", " SHA);
	respond("401 Unauthorized", ASKS "nonce=\"n2\", " SHA, "");
	assert_given_up();
}
END_TEST

/* An old nonce is no wrong password; but nobody is asked for ever. */
START_TEST(stale_is_answered_once_more)
{
	struct digest_credentials c;

	open_with("");
	place_call();
	ask("401 Unauthorized", ASKS "nonce=\"n1\", " SHA);
	ask("401 Unauthorized", ASKS "nonce=\"n2\", stale=true, " SHA);
	assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "n2");
	respond("401 Unauthorized", ASKS "nonce=\"n3\", stale=true, " SHA, "");
	assert_given_up();
}
END_TEST

START_TEST(proxy_and_server_may_both_ask)
{
	struct digest_credentials c;

	open_with("");
	place_call();
	ask("407 Proxy Authentication Required", PROXY_ASKS "nonce=\"p\", " SHA);
	ask("401 Unauthorized", ASKS "nonce=\"s\", " SHA);
	assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "s");
	ck_assert_uint_eq(c.nc, 1);
	assert_signed(&rig, "Proxy-Authorization", "INVITE", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "p");
	ck_assert_uint_eq(c.nc, 2); /* not the same header again (RFC 7616 3.4) */
	respond("486 Busy Here", "", "");
	assert_given_up();
}
END_TEST

#define OF_REALM(kind, realm, nonce)                                                               \
	kind "-Authenticate: Digest realm=\"" realm "\", nonce=\"" nonce                           \
	     "\", algorithm=SHA-256, qop=\"auth\"\n"

static void open_with_realms(void)
{
	rig_open(&rig);
	rig.peer.auth[0] = (struct credentials_config){ "gw", "s3cret", "one.example" };
	rig.peer.auth[1] = (struct credentials_config){ "gw2", "other", "two.example" };
	rig.peer.auth[2] = (struct credentials_config){ "gw3", "third", "" };
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

/* The credentials for that realm in the message heard. */
static void assert_realm(const char *header, const char *realm, const char *user,
			 const char *secret, unsigned nc)
{
	char whole[RIG_TEXT], key[64], quoted[64], *at;
	struct digest_credentials c;

	memcpy(whole, rig.heard, sizeof(whole));
	snprintf(key, sizeof(key), "\r\n%s: ", header);
	snprintf(quoted, sizeof(quoted), "realm=\"%s\"", realm);
	for (at = strstr(rig.heard, key); at; at = strstr(at + 1, key))
		if (strstr(at, quoted) && strstr(at, quoted) < strstr(at + 2, "\r\n"))
			break;
	ck_assert_msg(at != NULL, "no %s for %s: %s", header, realm, rig.heard);
	memmove(rig.heard, at, strlen(at) + 1);
	assert_signed(&rig, header, "INVITE", secret, &c);
	ck_assert_str_eq(c.user, user);
	ck_assert_uint_eq(c.nc, nc);
	memcpy(rig.heard, whole, sizeof(whole));
}

/* RFC 3261 22.3: two proxies and the server, each of a realm of its own. */
START_TEST(each_realm_gets_its_credentials)
{
	open_with_realms();
	place_call();
	ask("407 Proxy Authentication Required", OF_REALM("Proxy", "one.example", "p1"));
	assert_realm("Proxy-Authorization", "one.example", "gw", "s3cret", 1);
	ask("407 Proxy Authentication Required", OF_REALM("Proxy", "two.example", "p2"));
	assert_realm("Proxy-Authorization", "one.example", "gw", "s3cret", 2);
	assert_realm("Proxy-Authorization", "two.example", "gw2", "other", 1);
	ask("401 Unauthorized", OF_REALM("WWW", "three.example", "s"));
	assert_realm("Proxy-Authorization", "one.example", "gw", "s3cret", 3);
	assert_realm("Proxy-Authorization", "two.example", "gw2", "other", 2);
	assert_realm("Authorization", "three.example", "gw3", "third", 1);
	ask("407 Proxy Authentication Required",
	    "Proxy-Authenticate: Digest realm=\"one.example\", nonce=\"p3\", stale=true, "
	    "algorithm=SHA-256, qop=\"auth\"\n");
	assert_realm("Proxy-Authorization", "one.example", "gw", "s3cret", 1);
	assert_realm("Authorization", "three.example", "gw3", "third", 2);
	respond("407 Proxy Authentication Required", OF_REALM("Proxy", "one.example", "p4"), "");
	assert_given_up();
}
END_TEST

/* RFC 3261 16.7: a proxy that forks gathers what is asked for. */
START_TEST(one_response_may_ask_for_all)
{
	open_with_realms();
	place_call();
	ask("401 Unauthorized",
	    OF_REALM("WWW", "two.example", "s") OF_REALM("WWW", "evil.example", "e")
		    OF_REALM("WWW", "worse.example", "w") OF_REALM("Proxy", "one.example", "p"));
	assert_realm("Authorization", "two.example", "gw2", "other", 1);
	assert_realm("Authorization", "evil.example", "gw3", "third", 1); /* the first is it */
	assert_realm("Proxy-Authorization", "one.example", "gw", "s3cret", 1);
	ck_assert_ptr_null(strstr(rig.heard, "worse.example"));
	respond("486 Busy Here", "", "");
	assert_given_up();
}
END_TEST

/* Many calls in a second are given one nonce by a server that makes it of the time. */
START_TEST(nonce_given_again_is_counted_on)
{
	struct digest_credentials c;
	char cnonce[DIGEST_TEXT_MAX] = "";

	open_with("");
	for (unsigned i = 1; i < 3; i++) {
		place_call();
		ask("401 Unauthorized", ASKS "nonce=\"n\", algorithm=MD5-sess, qop=\"auth\"\n");
		assert_signed(&rig, "Authorization", "INVITE", "s3cret", &c);
		ck_assert_uint_eq(c.nc, i);
		if (*cnonce)
			ck_assert_str_eq(c.cnonce, cnonce);
		snprintf(cnonce, sizeof(cnonce), "%s", c.cnonce);
		respond("486 Busy Here", "", "");
		peer_hears(&rig, "ACK ");
		rig_assert_idle(&rig);
		mock_leg_close(&rig.line);
	}
	rig_close(&rig);
}
END_TEST

START_TEST(foreign_realm_gets_no_answer)
{
	open_with("example.com");
	place_call();
	respond("401 Unauthorized", ASKS "nonce=\"n\", " SHA, "");
	assert_given_up();
}
END_TEST

/* Without a configured realm, the first that the peer names is the peer's. */
START_TEST(second_realm_is_foreign)
{
	open_with("");
	place_call();
	ask("401 Unauthorized", ASKS "nonce=\"n\", " SHA);
	respond("401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"evil.example\", nonce=\"n\"\n", "");
	peer_hears(&rig, "ACK ");
	peer_hears_nothing(&rig);
	place_call();
	respond("401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"evil.example\", nonce=\"n\"\n", "");
	assert_given_up();
}
END_TEST

START_TEST(nobody_without_a_user)
{
	rig_open(&rig);
	place_call();
	respond("401 Unauthorized", ASKS "nonce=\"n\", " SHA, "");
	assert_given_up();
}
END_TEST

START_TEST(broken_challenge_is_a_refusal)
{
	open_with("");
	place_call();
	respond("401 Unauthorized", "WWW-Authenticate: Digest realm=\"example.org\n", "");
	assert_given_up();
}
END_TEST

/* The call was given up meanwhile: 401 ends it. */
START_TEST(cancelled_call_is_not_tried_again)
{
	open_with("");
	place_call();
	respond("100 Trying", "", "");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	char invite[RIG_TEXT];
	memcpy(invite, rig.heard, sizeof(invite));
	peer_hears(&rig, "CANCEL ");
	respond("200 OK", "", "");
	memcpy(rig.heard, invite, sizeof(invite));
	respond("401 Unauthorized", ASKS "nonce=\"n\", " SHA, "");
	peer_hears(&rig, "ACK ");
	peer_hears_nothing(&rig);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("credentials", invite_is_sent_again_with_the_answer, challenge_after_ringing_begins_anew,
	  strongest_algorithm_is_chosen, every_form_of_challenge_is_answered,
	  wrong_password_is_said_once, stale_is_answered_once_more, proxy_and_server_may_both_ask,
	  each_realm_gets_its_credentials, one_response_may_ask_for_all,
	  nonce_given_again_is_counted_on, foreign_realm_gets_no_answer, second_realm_is_foreign,
	  nobody_without_a_user, broken_challenge_is_a_refusal, cancelled_call_is_not_tried_again)
