/* We ask a peer who it is, message by message. */
#include "call/cause.h"
#include "sip/guard/auth.h"
#include "tests/unit/sip/rig_digest.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0\r\n"

static struct rig rig;
static unsigned cseq;

static void open_asking(enum digest_choice digests)
{
	rig_open(&rig);
	rig.peer.authenticate =
		(struct authenticate_config){ "pbx", "s3cret", "crosspoint", digests, false };
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	cseq = 0;
}

static void send_invite(const char *more)
{
	cseq++;
	peer_says(&rig, SDP,
		  "INVITE sip:200@127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		  "127.0.0.1:%u;branch=z9hG4bK%u\nFrom: <sip:100@127.0.0.1>;tag=a\nTo: "
		  "<sip:200@127.0.0.1>\nCall-ID: c1\nCSeq: %u INVITE\nMax-Forwards: 70\n"
		  "Contact: <sip:a@127.0.0.1:%u>\n%s",
		  rig.config.port, rig.peer.port, cseq, cseq, rig.peer.port, more);
}

static void send_ack(void)
{
	peer_says(&rig, "",
		  "ACK sip:200@127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		  "127.0.0.1:%u;branch=z9hG4bK%u\nFrom: <sip:100@127.0.0.1>;tag=a\nTo: %s\n"
		  "Call-ID: c1\nCSeq: %u ACK\nMax-Forwards: 70\n",
		  rig.config.port, rig.peer.port, cseq, heard(&rig, "To"), cseq);
}

/* The challenge to the last INVITE, which is acknowledged. */
static struct digest_challenge hear_challenge(void)
{
	struct digest_challenge challenge;

	peer_hears(&rig, "SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	send_ack();
	return challenge;
}

/* An answer to it as the peer would write it. */
static const char *answer_for(const char *uri, const struct digest_challenge *challenge,
			      const char *user, const char *secret, uint32_t nc)
{
	static char header[DIGEST_HEADER_MAX + 64];
	const struct digest_request request = { .method = "INVITE", .body = SDP, strlen(SDP) };
	char text[DIGEST_HEADER_MAX];
	struct digest_credentials c = {
		.algorithm = challenge->algorithm,
		.qop = nc ? DIGEST_QOP_AUTH : 0,
		.nc = nc,
		.cnonce = "c",
	};

	snprintf(c.uri, sizeof(c.uri), "%s", uri);
	snprintf(c.user, sizeof(c.user), "%s", user);
	strcpy(c.realm, challenge->realm);
	strcpy(c.nonce, challenge->nonce);
	ck_assert(digest_respond(&c, secret, &request, c.response));
	digest_write_credentials(&c, text);
	snprintf(header, sizeof(header), "Authorization: %s\n", text);
	return header;
}

static const char *answer(const struct digest_challenge *challenge, const char *user,
			  const char *secret, uint32_t nc)
{
	return answer_for("sip:200@127.0.0.1", challenge, user, secret, nc);
}

static void assert_served(void)
{
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 486 ");
	send_ack();
	rig_assert_idle(&rig);
}

START_TEST(right_answer_is_served_once)
{
	open_asking(DIGEST_ALL);
	send_invite("");
	struct digest_challenge challenge = hear_challenge();
	ck_assert_str_eq(challenge.realm, "crosspoint");
	ck_assert_int_eq(challenge.algorithm, DIGEST_SHA256); /* RFC 8760 2.4: the best first */
	ck_assert(!challenge.stale);
	ck_assert_uint_eq(challenge.qop, DIGEST_QOP_AUTH);
	ck_assert_ptr_nonnull(strstr(rig.heard, "algorithm=MD5"));
	send_invite(answer(&challenge, "pbx", "s3cret", 1));
	assert_served();
	send_invite(answer(&challenge, "pbx", "s3cret", 2)); /* the same nonce goes on */
	assert_served();
	send_invite(answer(&challenge, "pbx", "s3cret", 2)); /* heard and played again */
	ck_assert(hear_challenge().stale);
	rig_close(&rig);
}
END_TEST

START_TEST(md5_is_good_unless_it_is_not)
{
	for (enum digest_choice choice = DIGEST_ALL; choice < DIGEST_CHOICES; choice++) {
		bool strong = choice == DIGEST_ONLY_SHA256;

		open_asking(choice);
		send_invite("");
		struct digest_challenge challenge = hear_challenge();
		ck_assert((strstr(rig.heard, "algorithm=MD5") == NULL) == strong);
		ck_assert((strstr(rig.heard, "algorithm=SHA-256") == NULL) ==
			  (choice == DIGEST_ONLY_MD5));
		challenge.algorithm = DIGEST_MD5;
		send_invite(answer(&challenge, "pbx", "s3cret", 1));
		if (strong)
			hear_challenge();
		else
			assert_served();
		rig_close(&rig);
	}
}
END_TEST

START_TEST(wrong_answers_are_asked_again)
{
	open_asking(DIGEST_ALL);
	send_invite("");
	struct digest_challenge challenge = hear_challenge();
	send_invite(answer(&challenge, "pbx", "guess", 1));
	ck_assert(!hear_challenge().stale);
	send_invite(answer(&challenge, "other", "s3cret", 1));
	ck_assert(!hear_challenge().stale);
	struct digest_challenge forged = challenge;
	forged.nonce[40] ^= 1; /* in the code */
	send_invite(answer(&forged, "pbx", "guess", 1));
	ck_assert(!hear_challenge().stale);
	forged = challenge;
	strcpy(forged.realm, "elsewhere");
	send_invite(answer(&forged, "pbx", "s3cret", 1));
	ck_assert(!hear_challenge().stale);
	send_invite("Authorization: Digest username=\"pbx\"\n");
	peer_hears(&rig, "SIP/2.0 400 ");
	send_ack();
	send_invite(answer(&challenge, "pbx", "s3cret", 1)); /* its count is still good */
	assert_served();
	rig_close(&rig);
}
END_TEST

START_TEST(old_nonce_is_stale)
{
	open_asking(DIGEST_ALL);
	send_invite("");
	struct digest_challenge challenge = hear_challenge();
	rig_pass(&rig, 1000);
	clock_advance(AUTH_NONCE_S * 1000000ull);
	rig_settle(&rig);
	send_invite(answer(&challenge, "pbx", "s3cret", 1));
	challenge = hear_challenge();
	ck_assert(challenge.stale);
	send_invite(answer(&challenge, "pbx", "s3cret", 1));
	assert_served();
	rig_close(&rig);
}
END_TEST

START_TEST(answer_without_count_is_good_once)
{
	open_asking(DIGEST_ALL);
	send_invite("");
	struct digest_challenge challenge = hear_challenge();
	send_invite(answer(&challenge, "pbx", "s3cret", 0));
	assert_served();
	send_invite(answer(&challenge, "pbx", "s3cret", 0));
	ck_assert(hear_challenge().stale);
	rig_close(&rig);
}
END_TEST

/* Heard on its way, it calls no other number. */
START_TEST(answer_is_for_the_number_that_is_called)
{
	static const char *const good[] = { "sip:200@gw.example", "sips:%32%300@127.0.0.1",
					    "sip:127.0.0.1" };
	uint32_t nc = 0;

	open_asking(DIGEST_ALL);
	send_invite("");
	struct digest_challenge challenge = hear_challenge();
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		send_invite(answer_for(good[i], &challenge, "pbx", "s3cret", ++nc));
		assert_served();
	}
	send_invite(answer_for("sip:201@127.0.0.1", &challenge, "pbx", "guess", ++nc));
	hear_challenge(); /* the password comes first */
	send_invite(answer_for("sip:201@127.0.0.1", &challenge, "pbx", "s3cret", ++nc));
	peer_hears(&rig, "SIP/2.0 400 ");
	send_ack();
	rig.peer.authenticate.any_uri = true;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	send_invite(answer_for("sip:201@127.0.0.1", &challenge, "pbx", "s3cret", ++nc));
	assert_served();
	rig_close(&rig);
}
END_TEST

START_TEST(options_are_not_asked)
{
	open_asking(DIGEST_ALL);
	peer_says(&rig, "",
		  "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKo\n"
		  "From: <sip:a@b>;tag=a\nTo: <sip:c@d>\nCall-ID: o\nCSeq: 1 OPTIONS\n",
		  rig.peer.port);
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
}
END_TEST

static void count_failure(void *data, const struct sockaddr_storage *from)
{
	ck_assert_int_eq(from->ss_family, AF_INET);
	++*(unsigned *)data;
}

START_TEST(failures_are_told)
{
	void *ctx = talloc_new(NULL);
	struct auth *auth = auth_new(ctx);
	const struct sockaddr_storage from = { .ss_family = AF_INET };
	unsigned failures = 0;

	auth_failed(auth, &from); /* nobody listens yet */
	auth_on_failure(auth, count_failure, &failures);
	auth_failed(auth, &from);
	ck_assert_uint_eq(failures, 1);
	talloc_free(ctx);
}
END_TEST

UNIT_MAIN("auth", right_answer_is_served_once, md5_is_good_unless_it_is_not,
	  wrong_answers_are_asked_again, old_nonce_is_stale, answer_without_count_is_good_once,
	  answer_is_for_the_number_that_is_called, options_are_not_asked, failures_are_told)
