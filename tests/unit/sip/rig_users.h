/* A rig with a registrar that has two users, anna and bert, and a phone of theirs, which is played by hand. */
#pragma once

#include "call/cause.h"
#include "sip/registrar/registrar.h"
#include "tests/unit/sip/rig_digest.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0\r\n"

static struct rig rig;
static int phone; /* no peer's socket: 127.0.0.2 */
static uint16_t phone_port;
static unsigned cseq;
static struct digest_challenge challenge;
static uint32_t nc;
static struct user_config users[2];
static struct registrar_config registrar;

static inline void routes(void)
{
	static struct route_config all[2] = {
		{ .name = "in",
		  .from = { TARGET_USER, "" },
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "out",
		  .from = { TARGET_TRUNK, "line" },
		  .n_targets = 1,
		  .targets = { { TARGET_USER, "" } } },
	};
	const struct routes_config config = { .routes = all, .n_routes = 2 };

	ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
}

static inline void open_registrar(void)
{
	rig_open(&rig);
	routes();
	memset(users, 0, sizeof(users));
	users[0].peer = rig.peer;
	strcpy(users[0].peer.name, "anna");
	strcpy(users[0].secret, "s3cret");
	strcpy(users[0].numbers[0], "100");
	strcpy(users[0].numbers[1], "4930100");
	users[0].n_numbers = 2;
	strcpy(users[0].display, "Anna");
	users[1] = users[0];
	strcpy(users[1].peer.name, "bert");
	strcpy(users[1].numbers[0], "200");
	users[1].n_numbers = 1;
	registrar = (struct registrar_config){
		.on = true,
		.realm = "crosspoint",
		.expires_min_s = 60,
		.expires_max_s = 7200,
		.expires_s = 3600,
		.contacts = 3,
		.users = users,
		.n_users = 2,
	};
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	phone = rig_socket("127.0.0.2", &phone_port);
	challenge.nonce[0] = '\0';
	cseq = 0;
	nc = 0;
}

static inline void end(void)
{
	rig_assert_idle(&rig);
	close(phone);
	rig_close(&rig);
}

static inline void phone_hears(const char *first_line)
{
	ck_assert_msg(peer_hears_on(&rig, phone), "nothing instead of %s", first_line);
	ck_assert_msg(!strncmp(rig.heard, first_line, strlen(first_line)), "%s instead of %s",
		      rig.heard, first_line);
}

static inline const char *answer_for(const char *uri, const char *method, const char *user,
				     const char *body)
{
	static char header[DIGEST_HEADER_MAX + 64];
	const struct digest_request request = { method, body, strlen(body) };
	char text[DIGEST_HEADER_MAX];
	struct digest_credentials c = {
		.algorithm = challenge.algorithm,
		.qop = DIGEST_QOP_AUTH,
		.nc = ++nc,
		.cnonce = "c",
	};

	if (!challenge.nonce[0])
		return "";
	strcpy(c.uri, uri);
	strcpy(c.user, user);
	strcpy(c.realm, challenge.realm);
	strcpy(c.nonce, challenge.nonce);
	ck_assert(digest_respond(&c, "s3cret", &request, c.response));
	digest_write_credentials(&c, text);
	snprintf(header, sizeof(header), "Authorization: %s\n", text);
	return header;
}

static inline const char *answer(const char *method, const char *user, const char *body)
{
	return answer_for("sip:127.0.0.1", method, user, body);
}

/* more: headers, Contact among them. */
static inline void send_register(const char *user, const char *to, const char *call_id,
				 const char *more)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "REGISTER sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKr%u\nFrom: <sip:%s@127.0.0.1>;tag=a\nTo: "
		 "<sip:%s@127.0.0.1>\nCall-ID: %s\nCSeq: %u REGISTER\nMax-Forwards: 70\n%.1500s%s",
		 phone_port, cseq, to, to, call_id, cseq, answer("REGISTER", user, ""), more);
	cseq++;
	peer_says_from(&rig, phone, head, "");
}

/* Asked who it is the first time. */
static inline void register_as(const char *user, const char *more, const char *status)
{
	if (!challenge.nonce[0]) {
		cseq = 1;
		send_register(user, user, "r1", more);
		phone_hears("SIP/2.0 401 ");
		ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	}
	send_register(user, user, "r1", more);
	phone_hears(status);
}

static inline const char *contact(const char *rest)
{
	static char text[256];

	snprintf(text, sizeof(text), "Contact: <sip:anna@127.0.0.2:%u>%s\n", phone_port, rest);
	return text;
}

static inline void call_anna(void)
{
	const struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "100" }, .calling = { .digits = "300" } },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
}

static inline void phone_answers(const char *status, const char *body)
{
	char head[RIG_TEXT];
	const bool tagged = strstr(heard(&rig, "To"), ";tag=");

	snprintf(head, sizeof(head),
		 "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s%s\nCall-ID: %s\nCSeq: %s\n"
		 "Contact: <sip:anna@10.9.8.7:5060>\n",
		 status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		 tagged ? "" : ";tag=b", heard(&rig, "Call-ID"), heard(&rig, "CSeq"));
	peer_says_from(&rig, phone, head, body);
}
