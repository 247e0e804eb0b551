/* Who calls, answers and diverted, through the whole SIP side: what each peer is believed and told. */
#include "call/cause.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 8\r\n"
#define ANONYMOUS "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="
#define UUI "04616263;encoding=hex;purpose=isdn-uui;content=isdn-uui"
#define GERMANY .country_code = "49", .international_prefix = "00", .national_prefix = "0"

static struct rig rig;
static char invite[RIG_TEXT]; /* that the peer got */

static void configure(const struct peer_config *with)
{
	rig_open(&rig);
	rig.peer.trusted = with->trusted;
	rig.peer.identity = with->identity;
	rig.peer.numbers = with->numbers;
	rig.peer.causes = with->causes;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void place_call(const struct leg_setup *setup)
{
	struct leg_msg msg = {
		.verb = LEG_SETUP,
		.setup = *setup,
		.uui = { .len = 4,
			 .octets = "\x04"
				   "abc" },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "INVITE ");
	memcpy(invite, rig.heard, sizeof(invite));
}

static void respond(const char *status, const char *more, const char *body)
{
	memcpy(rig.heard, invite, sizeof(invite));
	peer_says(&rig, body,
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=b\nCall-ID: %s\nCSeq: %s\n"
		  "Contact: <sip:b@127.0.0.1:%u>\n%s",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"), rig.peer.port, more);
}

/* The peer calls. */
static void call_in(const char *uri, const char *from, const char *more)
{
	peer_says(&rig, SDP,
		  "INVITE %s SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK1\n"
		  "From: %s;tag=al\nTo: <sip:600@127.0.0.1>\nCall-ID: call\nCSeq: 1 INVITE\n"
		  "Max-Forwards: 70\nContact: <sip:al@127.0.0.1:%u>\n%s",
		  uri, rig.peer.port, from, rig.peer.port, more);
}

static void request(const char *method, unsigned cseq, const char *tag, const char *more)
{
	peer_says(&rig, "",
		  "%s sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u\n"
		  "From: <sip:100@gw>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\nCall-ID: call\n"
		  "CSeq: %u %s\nMax-Forwards: 70\nContact: <sip:al@127.0.0.1:%u>\n%s",
		  method, rig.peer.port, method, cseq, tag, cseq, method, rig.peer.port, more);
}

static const struct leg_setup *setup_told(void)
{
	const struct leg_msg *msg = mock_leg_told(&rig.line, LEG_SETUP);

	ck_assert_msg(msg, "%s", rig.heard);
	return &msg->setup;
}

enum { INT = LEG_TON_INTERNATIONAL, NAT = LEG_TON_NATIONAL, HIDDEN = LEG_PRES_RESTRICTED };

/* Calls to the peer */

/* clang-format off */
static const struct {
	struct peer_config with;
	struct leg_setup setup;
	struct { const char *header, *begins; } says[4]; /* begins "": it is not there */
	const char *never; /* NULL: nothing to keep secret */
} out[] = {
	/* the numbers: as they come, and as the peer wants them */
	{ { .trusted = false }, { .called = { .digits = "200" }, .calling = { .digits = "30123", .type = NAT } },
	  { { "To", "<sip:200@" }, { "From", "<sip:30123@" }, { "P-Asserted-Identity", "" }, { "User-to-User", UUI } }, NULL },
	{ { .numbers = { .format = NUMBER_E164, GERMANY } },
	  { .called = { .digits = "30200", .type = NAT }, .calling = { .digits = "030123" } },
	  { { "To", "<sip:+4930200@" }, { "From", "<sip:+4930123@" } }, NULL },
	{ { .numbers = { .format = NUMBER_NATIONAL, GERMANY, .phone_context = "+49" } },
	  { .called = { .digits = "4930200", .type = INT }, .calling = { .digits = "33123", .type = INT } },
	  { { "To", "<sip:030200;phone-context=+49@" }, { "From", "<sip:0033123;phone-context=+49@" } }, NULL },
	/* each header of identity */
	{ { .trusted = true }, { .called = { .digits = "200" }, .calling = { .digits = "100", .screening = 3 }, .calling_name = "Al" },
	  { { "P-Asserted-Identity", "\"Al\" <sip:100@" }, { "Privacy", "" }, { "Remote-Party-ID", "" } }, NULL },
	{ { .identity = { .send_identity = IDENTITY_RPID } }, { .called = { .digits = "200" }, .calling = { .digits = "100", .screening = 1 } },
	  { { "Remote-Party-ID", "<sip:100@127.0.0.1" }, { "P-Asserted-Identity", "" } }, NULL },
	{ { .identity = { .send_identity = IDENTITY_PPI } }, { .called = { .digits = "200" }, .calling = { .digits = "100" } },
	  { { "P-Preferred-Identity", "<sip:100@" } }, NULL },
	{ { .trusted = true, .identity = { .send_identity = IDENTITY_NONE } }, { .called = { .digits = "200" }, .calling = { .digits = "100", .screening = 3 } },
	  { { "P-Asserted-Identity", "" } }, NULL },
	/* RFC 3323: who is secret, is told to nobody but those who may know */
	{ { .trusted = true }, { .called = { .digits = "200" }, .calling = { .digits = "100", .presentation = HIDDEN, .screening = 3 } },
	  { { "From", ANONYMOUS }, { "Privacy", "id" }, { "P-Asserted-Identity", "<sip:100@" } }, NULL },
	{ { .trusted = true, .identity = { .send_privacy = TRUST_NO } }, { .called = { .digits = "200" }, .calling = { .digits = "7654321", .presentation = HIDDEN, .screening = 3 } },
	  { { "From", ANONYMOUS }, { "Privacy", "id" }, { "P-Asserted-Identity", "" } }, "7654321" },
	{ { .identity = { .send_identity = IDENTITY_RPID, .send_privacy = TRUST_YES } }, { .called = { .digits = "200" }, .calling = { .digits = "100", .presentation = HIDDEN, .screening = 3 } },
	  { { "From", ANONYMOUS }, { "Remote-Party-ID", "<sip:100@127.0.0.1" } }, NULL },
	{ { .identity = { .trunk_context = "gw.example", .send_identity = IDENTITY_PAI } },
	  { .called = { .digits = "200" }, .calling = { .digits = "7654321", .presentation = HIDDEN, .screening = 3 }, .calling_name = "Secret",
	    .calling_subaddress = { .len = 8, .octets = "\x50" "7654321" },
	    .redirecting = { .from = { .number = { .digits = "7654321", .presentation = HIDDEN }, .name = "Secret" },
			     .original = { .digits = "7654321", .presentation = HIDDEN }, .count = 2 } },
	  { { "From", ANONYMOUS }, { "Diversion", "<sip:anonymous@anonymous.invalid>;" }, { "Contact", "<sip:127.0.0.1:" } }, "7654321" },
	{ { .identity = { .diversion = DIVERSION_HISTORY } },
	  { .called = { .digits = "200" }, .redirecting = { .from = { .number = { .digits = "7654321", .presentation = HIDDEN } }, .count = 1 } },
	  { { "History-Info", "<sip:anonymous@anonymous.invalid?Privacy=history>;index=1" } }, "7654321" },
	/* who diverted */
	{ { .trusted = false }, { .called = { .digits = "200" }, .redirecting = { .from = { .number = { .digits = "300" } }, .reason = LEG_DIVERTED_BUSY, .count = 1 } },
	  { { "Diversion", "<sip:300@" }, { "History-Info", "" } }, NULL },
	{ { .identity = { .diversion = DIVERSION_HISTORY }, .numbers = { .format = NUMBER_E164, GERMANY } },
	  { .called = { .digits = "200" }, .redirecting = { .from = { .number = { .digits = "30300", .type = NAT } }, .count = 1 } },
	  { { "History-Info", "<sip:+4930300@" }, { "Diversion", "" } }, NULL },
	{ { .identity = { .diversion = DIVERSION_NONE, .no_uui = true } },
	  { .called = { .digits = "200" }, .redirecting = { .from = { .number = { .digits = "300" } }, .count = 1 } },
	  { { "History-Info", "" }, { "Diversion", "" }, { "User-to-User", "" } }, NULL },
	/* ported numbers: to whom we trust with them */
	{ { .identity = { .trust = { [TRUST_ROUTING] = TRUST_YES } } },
	  { .called = { .digits = "200", .type = INT }, .transit = { .routing = { .digits = "D123" }, .ported_asked = true, .carrier = "+15045" } },
	  { { "To", "<sip:+200;rn=D123;npdi;cic=+15045@" } }, NULL },
	{ { .trusted = false }, { .called = { .digits = "200", .type = INT }, .transit = { .routing = { .digits = "D123" }, .ported_asked = true } },
	  { { "To", "<sip:+200@" } }, NULL },
	/* RFC 4904 */
	{ { .identity = { .trunk_context = "gw.example" } }, { .called = { .digits = "200" }, .calling = { .digits = "49301", .type = INT } },
	  { { "Contact", "<sip:+49301;tgrp=line;trunk-context=gw.example@127.0.0.1:" } }, NULL },
	/* subaddresses */
	{ { .trusted = false }, { .called = { .digits = "200" }, .called_subaddress = { .len = 2, .octets = "\x50" "7" }, .calling = { .digits = "100" }, .calling_subaddress = { .len = 2, .octets = "\x50" "8" } },
	  { { "To", "<sip:200;isub=7;isub-encoding=nsap-ia5@" }, { "From", "<sip:100;isub=8;isub-encoding=nsap-ia5@" } }, NULL },
};
/* clang-format on */

START_TEST(invite_says_what_the_peer_may_know)
{
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		configure(&out[i].with);
		place_call(&out[i].setup);
		for (size_t j = 0; j < 4 && out[i].says[j].header; j++) {
			const char *value = heard(&rig, out[i].says[j].header);
			const char *begins = out[i].says[j].begins;

			ck_assert_msg(*begins ? !strncmp(value, begins, strlen(begins)) : !*value,
				      "row %zu: %s: %s", i, out[i].says[j].header, value);
		}
		if (out[i].never)
			ck_assert_msg(!strstr(rig.heard, out[i].never), "row %zu: %s", i,
				      rig.heard);
		ck_assert_ptr_null(strstr(rig.heard, "Secret"));
		ck_assert_ptr_null(strchr(heard(&rig, "Call-ID"), '@')); /* names no host */
		rig_close(&rig);
	}
}
END_TEST

START_TEST(rpid_says_party_screening_and_privacy)
{
	const struct peer_config with = {
		.trusted = true,
		.identity = { .send_identity = IDENTITY_RPID },
	};
	struct leg_setup setup = { .called = { .digits = "200" }, .calling = { .digits = "100" } };

	for (unsigned i = 0; i < 4; i++) {
		setup.calling.screening = i & 1;
		setup.calling.presentation = i & 2 ? HIDDEN : LEG_PRES_ALLOWED;
		configure(&with);
		place_call(&setup);
		ck_assert_ptr_nonnull(strstr(heard(&rig, "Remote-Party-ID"), ";party=calling;"));
		ck_assert_ptr_nonnull(strstr(heard(&rig, "Remote-Party-ID"),
					     i & 1 ? ";screen=yes" : ";screen=no"));
		ck_assert_ptr_nonnull(strstr(heard(&rig, "Remote-Party-ID"),
					     i & 2 ? ";privacy=full" : ";privacy=off"));
		rig_close(&rig);
	}
}
END_TEST

/* Who answers, and what it says, reaches the line: if it is believed */
START_TEST(answer_says_who_it_is)
{
	for (int trusted = 0; trusted < 2; trusted++) {
		const struct peer_config with = { .trusted = trusted };
		const struct leg_setup setup = { .called = { .digits = "200" } };

		configure(&with);
		place_call(&setup);
		respond("180 Ringing",
			"P-Asserted-Identity: \"Bo\" <sip:+49302@x>\nUser-to-User: 0478\n", "");
		const struct leg_msg *alerting = mock_leg_told(&rig.line, LEG_ALERTING);
		ck_assert_str_eq(alerting->party.number.digits, trusted ? "49302" : "");
		ck_assert_str_eq(alerting->party.name, trusted ? "Bo" : "");
		ck_assert_uint_eq(alerting->uui.len, 2);
		respond("200 OK", "P-Asserted-Identity: <sip:+49303@x>\nPrivacy: id\n", SDP);
		const struct leg_msg *connect = mock_leg_told(&rig.line, LEG_CONNECT);
		ck_assert_str_eq(connect->party.number.digits, trusted ? "49303" : "");
		ck_assert_uint_eq(connect->party.number.presentation,
				  trusted ? LEG_PRES_RESTRICTED : LEG_PRES_ALLOWED);
		ck_assert_uint_eq(connect->uui.len, 0);
		rig_close(&rig);
	}
}
END_TEST

/* Calls from the peer */

/* clang-format off */
static const struct {
	struct peer_config with;
	const char *uri, *from, *more;
	const char *called; unsigned called_type;
	const char *calling; unsigned screening;
	const char *diverted, *routing;
} in[] = {
	{ { .trusted = true }, "sip:600@gw", "<sip:100@gw>", "P-Asserted-Identity: <tel:+49301>\nDiversion: <sip:300@gw>;reason=user-busy\n",
	  "600", 0, "49301", 3, "300", "" },
	{ { .trusted = true, .identity = { .trust = { [TRUST_IDENTITY] = TRUST_NO } } }, "sip:600@gw", "<sip:100@gw>",
	  "P-Asserted-Identity: <tel:+49301>\nDiversion: <sip:300@gw>;reason=user-busy\n", "600", 0, "100", 0, "300", "" },
	{ { .identity = { .trust = { [TRUST_IDENTITY] = TRUST_YES } } }, "sip:600;rn=1@gw", "<sip:100@gw>",
	  "P-Asserted-Identity: <tel:+49301>\nDiversion: <sip:300@gw>;reason=user-busy\n", "600", 0, "49301", 3, "", "" },
	/* History-Info goes before Diversion */
	{ { .identity = { .trust = { [TRUST_DIVERSION] = TRUST_YES } } }, "sip:600@gw", "<sip:100@gw>",
	  "Diversion: <sip:300@gw>\nHistory-Info: <sip:400@gw>;index=1, <sip:600@gw;cause=302>;index=1.1\n", "600", 0, "100", 0, "400", "" },
	{ { .identity = { .trust = { [TRUST_ROUTING] = TRUST_YES } } }, "tel:+49600;npdi;rn=+4930", "<sip:100@gw>", "", "49600", INT, "100", 0, "", "4930" },
	{ { .numbers = { .format = NUMBER_E164, GERMANY, .own = { "49" }, .n_own = 1 } }, "sip:0049600@gw", "<sip:+49100@gw>", "",
	  "49600", INT, "49100", 1, "", "" },
	{ { .numbers = { .own = { "49" }, .n_own = 1 } }, "sip:600@gw", "<sip:100@gw>", "", "600", 0, "100", 2, "", "" },
};
/* clang-format on */

START_TEST(invite_is_believed_as_configured)
{
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		configure(&in[i].with);
		call_in(in[i].uri, in[i].from, in[i].more);
		const struct leg_setup *setup = setup_told();

		ck_assert_str_eq(setup->called.digits, in[i].called);
		ck_assert_uint_eq(setup->called.type, in[i].called_type);
		ck_assert_str_eq(setup->calling.digits, in[i].calling);
		ck_assert_uint_eq(setup->calling.screening, in[i].screening);
		ck_assert_msg(!strcmp(setup->redirecting.from.number.digits, in[i].diverted),
			      "row %zu", i);
		ck_assert_str_eq(setup->transit.routing.digits, in[i].routing);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(context_of_another_country_has_no_number_here)
{
	const struct peer_config with = { .numbers = { GERMANY } };

	configure(&with);
	call_in("tel:600;phone-context=+1", "<sip:100@gw>", "");
	peer_hears(&rig, "SIP/2.0 404 ");
	rig_close(&rig);
}
END_TEST

/* RFC 4904: only with the context agreed, and only a trunk of the route */
START_TEST(trunk_is_chosen_by_name)
{
	static const struct {
		const char *context, *uri;
		bool taken;
	} rows[] = {
		{ "gw.example", "sip:600;tgrp=line;trunk-context=GW.example@gw", true },
		{ "gw.example", "tel:600;tgrp=other;trunk-context=gw.example", false },
		{ "gw.example", "sip:600;tgrp=other;trunk-context=theirs.example@gw", true },
		{ "gw.example", "sip:600;tgrp=other@gw", true },
		{ "", "sip:600;tgrp=other;trunk-context=gw.example@gw", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peer_config with = { 0 };

		strcpy(with.identity.trunk_context, rows[i].context);
		configure(&with);
		call_in(rows[i].uri, "<sip:100@gw>", "");
		peer_hears(&rig, "SIP/2.0 100 ");
		ck_assert_msg(mock_leg_count(&rig.line, LEG_SETUP) == rows[i].taken, "row %zu", i);
		if (!rows[i].taken)
			peer_hears(&rig, "SIP/2.0 404 "); /* cause 3 */
		rig_close(&rig);
	}
}
END_TEST

/* User-user information at each stage, and the connected number */
START_TEST(answerer_is_told_at_each_stage)
{
	const struct peer_config with = { .trusted = true };
	struct leg_msg msg = {
		.verb = LEG_ALERTING,
		.party = { .number = { .digits = "200", .screening = 3 }, .name = "Bo" },
		.uui = { .len = 1, .octets = "a" },
	};

	configure(&with);
	call_in("sip:600@gw", "<sip:100@gw>", "User-to-User: " UUI "\n");
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_SETUP)->uui.len, 4);
	mock_leg_says(&rig.line, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 180 ");
	ck_assert(!strncmp(heard(&rig, "P-Asserted-Identity"), "\"Bo\" <sip:200@", 14));
	ck_assert(!strncmp(heard(&rig, "User-to-User"), "61;", 3));
	msg.verb = LEG_CONNECT;
	msg.party.number.presentation = LEG_PRES_RESTRICTED;
	msg.uui.octets[0] = 'b';
	mock_leg_says(&rig.line, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Privacy"), "id");
	ck_assert(!strncmp(heard(&rig, "User-to-User"), "62;", 3));
	char tag[64];
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	request("ACK", 1, tag, "");
	request("BYE", 2, tag, "User-to-User: 0463\nReason: Q.850;cause=31;location=LN\n");
	peer_hears(&rig, "SIP/2.0 200 ");
	const struct leg_msg *release = mock_leg_told(&rig.line, LEG_RELEASE);
	ck_assert_uint_eq(release->uui.len, 2);
	ck_assert_uint_eq(release->cause, 31);
	ck_assert_uint_eq(release->location, LOC_PUBLIC_LOCAL);
	rig_close(&rig);
}
END_TEST

START_TEST(end_of_the_line_says_more)
{
	const struct peer_config with = { .trusted = true, .identity = { .send_location = true } };
	const struct leg_msg msg = {
		.verb = LEG_RELEASE,
		.cause = 31,
		.location = LOC_TRANSIT,
		.uui = { .len = 1, .octets = "a" },
	};

	for (int answered = 0; answered < 2; answered++) {
		configure(&with);
		call_in("sip:600@gw", "<sip:100@gw>", "");
		peer_hears(&rig, "SIP/2.0 100 ");
		if (answered) {
			mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
			rig_settle(&rig);
			peer_hears(&rig, "SIP/2.0 200 ");
			request("ACK", 1, heard_tag(&rig, "To"), "");
		}
		mock_leg_says(&rig.line, &msg);
		rig_settle(&rig);
		peer_hears(&rig, answered ? "BYE " : "SIP/2.0 480 ");
		ck_assert(!strncmp(heard(&rig, "User-to-User"), "61;", 3));
		ck_assert_str_eq(heard(&rig, "Reason"),
				 "Q.850;cause=31;text=\"normal, unspecified\";location=TN");
		rig_close(&rig);
	}
}
END_TEST

/* Rules of the peer, then of all, then RFC 3398 */
START_TEST(causes_go_by_the_rules)
{
	struct peer_config with = { 0 };

	cause_rules_set(&with.causes, true, 17, 600);
	cause_rules_set(&with.causes, false, 24, 433);
	configure(&with);
	cause_rules_set(&rig.config.causes, true, 17, 480);
	cause_rules_set(&rig.config.causes, true, 1, 410);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	call_in("sip:600@gw", "<sip:100@gw>", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 600 ");
	request("ACK", 1, heard_tag(&rig, "To"), "");
	const struct leg_setup setup = { .called = { .digits = "200" } };
	place_call(&setup);
	respond("433 Anonymity Disallowed", "", "");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, 24);
	rig_close(&rig);
}
END_TEST

/* RFC 3326: a call that another telephone answered */
START_TEST(cancel_says_why)
{
	static const struct {
		const char *reason;
		bool trusted;
		unsigned cause;
	} rows[] = {
		{ "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\n", true, 26 },
		{ "Reason: SIP;cause=486\n", true, 17 },
		{ "Reason: SIP;cause=486, Q.850;cause=21\n", true, 21 },
		{ "Reason: SIP;cause=486, Q.850;cause=21\n", false, 16 },
		{ "", true, 16 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct peer_config with = { .trusted = rows[i].trusted };

		configure(&with);
		call_in("sip:600@gw", "<sip:100@gw>", "");
		peer_hears(&rig, "SIP/2.0 100 ");
		peer_says(&rig, "",
			  "CANCEL sip:600@gw SIP/2.0\n"
			  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK1\n"
			  "From: <sip:100@gw>;tag=al\nTo: <sip:600@127.0.0.1>\nCall-ID: call\n"
			  "CSeq: 1 CANCEL\n%s",
			  rig.peer.port, rows[i].reason);
		ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, rows[i].cause);
		rig_close(&rig);
	}
}
END_TEST

/* Somebody else is there now: told by UPDATE, and heard in one */
START_TEST(party_that_changes_is_told_both_ways)
{
	const struct peer_config with = { .trusted = true };
	const struct leg_msg now = {
		.verb = LEG_NOTIFY,
		.notification = LEG_TRANSFERRED,
		.party = { .number = { .digits = "300", .screening = 3 }, .name = "Cy" },
	};

	configure(&with);
	call_in("sip:600@gw", "<sip:100@gw>", "Allow: INVITE, ACK, BYE, UPDATE\n");
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	char tag[64];
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	request("ACK", 1, tag, "");
	mock_leg_says(&rig.line, &now);
	rig_settle(&rig);
	peer_hears(&rig, "UPDATE ");
	ck_assert(!strncmp(heard(&rig, "P-Asserted-Identity"), "\"Cy\" <sip:300@", 14));
	peer_says(&rig, "", "SIP/2.0 200 OK\nVia: %s\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %s\n",
		  heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"));
	/* the same as before is no news */
	request("UPDATE", 2, tag, "P-Asserted-Identity: <sip:100@gw>\n");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_NOTIFY), 0);
	request("UPDATE", 3, tag, "P-Asserted-Identity: \"Di\" <sip:400@gw>\n");
	peer_hears(&rig, "SIP/2.0 200 ");
	const struct leg_msg *notify = mock_leg_told(&rig.line, LEG_NOTIFY);
	ck_assert_uint_eq(notify->notification, LEG_TRANSFERRED);
	ck_assert_str_eq(notify->party.number.digits, "400");
	ck_assert_str_eq(notify->party.name, "Di");
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("identity", invite_says_what_the_peer_may_know, rpid_says_party_screening_and_privacy,
	  answer_says_who_it_is, invite_is_believed_as_configured,
	  context_of_another_country_has_no_number_here, trunk_is_chosen_by_name,
	  answerer_is_told_at_each_stage, end_of_the_line_says_more, causes_go_by_the_rules,
	  cancel_says_why, party_that_changes_is_told_both_ways)
