/* Our registration with a peer, message by message, in virtual time. */
#include "base/alarm.h"
#include "sip/peer/register.h"
#include "tests/unit/sip/rig_digest.h"

static struct rig rig;
static bool trunk_is_up;

static bool trunk_up(void *data, const char *trunk)
{
	(void)data;
	ck_assert_str_eq(trunk, "line");
	return trunk_is_up;
}

static void open_with(const struct register_config *config)
{
	rig_open(&rig);
	rig.peer.registration = *config;
	rig.peer.auth[0] = (struct credentials_config){ .user = "gw", .secret = "s3cret" };
	sip_trunk_up(rig.sip, trunk_up, NULL);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
}

static const struct register_config plain = { .user = "49301",
					      .domain = "example.org",
					      .expires_s = 600 };

/* Our contact as it was heard, without parameters of the header. */
static const char *our_contact(void)
{
	static char text[256];
	const char *contact = heard(&rig, "Contact");

	snprintf(text, sizeof(text), "%.*s", (int)(strcspn(contact, ">") + 1), contact);
	return text;
}

static void respond(const char *status, const char *more)
{
	peer_says(&rig, "",
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=r\nCall-ID: %s\nCSeq: %s\n%s", status,
		  heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"), more);
}

static void accept_for(unsigned s)
{
	char more[512];

	snprintf(more, sizeof(more), "Contact: <sip:other@192.0.2.9>;expires=5, %s;expires=%u\n",
		 our_contact(), s);
	respond("200 OK", more);
}

/* The next one, which comes after some time; before it is sent again. */
static void hear_register_within(unsigned ms)
{
	for (; ms; ms -= 250) {
		if (peer_hears_on(&rig, rig.fd))
			break;
		rig_pass(&rig, 250);
	}
	ck_assert_msg(!strncmp(rig.heard, "REGISTER ", 9), "%s", rig.heard);
}

static struct registration_status status;

static bool take(void *data, const struct registration_status *found)
{
	(void)data;
	status = *found;
	return true;
}

static void assert_state(const char *state)
{
	status.state = "none";
	registrations_each(rig.sip, take, NULL);
	ck_assert_str_eq(status.state, state);
}

static void end(void)
{
	rig_assert_idle(&rig);
	rig_close(&rig);
	alarms_reset();
}

START_TEST(registers_refreshes_and_leaves)
{
	open_with(&plain);
	peer_hears(&rig, "REGISTER sip:example.org SIP/2.0");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "To"), "<sip:49301@example.org>"));
	ck_assert_str_eq(heard(&rig, "Expires"), "600");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), "<sip:49301@127.0.0.1:"));
	ck_assert_ptr_null(strstr(heard(&rig, "Contact"), "sip.instance"));
	ck_assert_str_eq(heard(&rig, "Supported"), "path");
	assert_state("trying");
	char call_id[256];
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	int cseq = atoi(heard(&rig, "CSeq"));
	accept_for(100);
	assert_state("registered");
	ck_assert_uint_eq(status.expires_s, 100);
	rig_pass(&rig, 69000);
	peer_hears_nothing(&rig);
	hear_register_within(22000); /* by 90 % of the time that was granted */
	ck_assert_str_eq(heard(&rig, "Call-ID"), call_id);
	ck_assert_int_eq(atoi(heard(&rig, "CSeq")), cseq + 1);
	accept_for(600);
	sip_leave(rig.sip);
	rig_settle(&rig);
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "0");
	respond("200 OK", "");
	assert_state("held");
	end();
}
END_TEST

START_TEST(answers_challenges_and_then_ahead_of_them)
{
	struct digest_credentials c;

	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	respond("401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\", "
		"algorithm=SHA-256\n");
	peer_hears(&rig, "REGISTER ");
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	ck_assert_uint_eq(c.nc, 1);
	accept_for(100);
	hear_register_within(91000);
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	ck_assert_uint_eq(c.nc, 2); /* the nonce is used on */
	respond("401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"m\", qop=\"auth\", "
		"algorithm=SHA-256, stale=true\n");
	peer_hears(&rig, "REGISTER ");
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "m");
	ck_assert_uint_eq(c.nc, 1);
	accept_for(600);
	sip_free(rig.sip); /* the end: it is taken away at once */
	rig_settle(&rig);
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "0");
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	rig.sip = sip_new(rig.talloc_ctx, rig.hub, rig.mg);
	end();
}
END_TEST

#define ASKS(kind, nonce)                                                                          \
	kind "-Authenticate: Digest realm=\"example.org\", nonce=\"" nonce                         \
	     "\", qop=\"auth\", algorithm=SHA-256\n"

/* The server says the next nonce, and has forgotten it when it comes; that it is old, it does not say. */
START_TEST(next_nonce_is_taken_and_may_be_refused)
{
	struct digest_credentials c;

	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	respond("407 Proxy Authentication Required", ASKS("Proxy", "p"));
	peer_hears(&rig, "REGISTER ");
	respond("401 Unauthorized", ASKS("WWW", "n"));
	peer_hears(&rig, "REGISTER ");
	respond("200 OK", "Authentication-Info: nextnonce=\"m\"\nExpires: 100\n");
	hear_register_within(91000);
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "m");
	ck_assert_uint_eq(c.nc, 1);
	assert_signed(&rig, "Proxy-Authorization", "REGISTER", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "p");
	ck_assert_uint_eq(c.nc, 3);
	respond("401 Unauthorized", ASKS("WWW", "o"));
	peer_hears(&rig, "REGISTER ");
	assert_signed(&rig, "Authorization", "REGISTER", "s3cret", &c);
	ck_assert_str_eq(c.nonce, "o");
	respond("401 Unauthorized", ASKS("WWW", "q"));
	peer_hears_nothing(&rig); /* that was the password */
	assert_state("waiting");
	end();
}
END_TEST

START_TEST(brief_interval_is_lengthened)
{
	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	respond("423 Interval Too Brief", "Min-Expires: 1800\n");
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "1800");
	respond("423 Interval Too Brief", "Min-Expires: 1800\n"); /* it makes no sense */
	peer_hears_nothing(&rig);
	assert_state("waiting");
	end();
}
END_TEST

START_TEST(interval_that_is_never_long_enough_ends_in_waiting)
{
	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	respond("423 Interval Too Brief", "Min-Expires: 1800\n");
	peer_hears(&rig, "REGISTER ");
	respond("423 Interval Too Brief", "Min-Expires: 1801\n");
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "1801");
	respond("423 Interval Too Brief", "Min-Expires: 1802\n");
	peer_hears_nothing(&rig);
	assert_state("waiting");
	end();
}
END_TEST

/* RFC 5626 4.5 */
START_TEST(failures_are_tried_again_less_and_less_often)
{
	unsigned most_s = 30;

	open_with(&plain);
	for (int i = 0; i < 8; i++) {
		hear_register_within(1000);
		respond("403 Forbidden", "");
		assert_state("waiting");
		ck_assert_uint_ge(status.retry_s, most_s / 2);
		ck_assert_uint_le(status.retry_s, most_s);
		ck_assert_uint_eq(status.status, 403);
		ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
		clock_advance((uint64_t)status.retry_s * 1000000 - 500000);
		rig_settle(&rig);
		most_s = most_s * 2 > 1800 ? 1800 : most_s * 2;
	}
	hear_register_within(1000);
	accept_for(600);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 0);
	end();
}
END_TEST

START_TEST(retry_after_is_waited_for)
{
	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	respond("503 Service Unavailable", "Retry-After: 300\n");
	assert_state("waiting");
	ck_assert_uint_eq(status.retry_s, 300);
	end();
}
END_TEST

START_TEST(service_route_is_the_way_of_calls)
{
	const struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "200" }, .calling = { .digits = "100" } },
	};
	char more[512], route[128];

	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	snprintf(route, sizeof(route), "<sip:127.0.0.1:%u;lr>", rig.peer.port);
	snprintf(more, sizeof(more), "Contact: %s;expires=600\nService-Route: %s\n", our_contact(),
		 route);
	respond("200 OK", more);
	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
	peer_hears(&rig, "INVITE ");
	ck_assert_str_eq(heard(&rig, "Route"), route);
	respond("486 Busy Here", "");
	peer_hears(&rig, "ACK ");
	end();
}
END_TEST

START_TEST(goes_and_comes_with_its_trunk)
{
	struct register_config config = plain;

	strcpy(config.while_trunk, "line");
	trunk_is_up = false;
	open_with(&config);
	rig_pass(&rig, 2000);
	peer_hears_nothing(&rig);
	assert_state("held");
	trunk_is_up = true;
	rig_pass(&rig, 1100);
	peer_hears(&rig, "REGISTER ");
	accept_for(600);
	trunk_is_up = false;
	rig_pass(&rig, 1100);
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "0");
	trunk_is_up = true; /* before it is answered */
	respond("200 OK", "");
	rig_pass(&rig, 1100);
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "600");
	accept_for(600);
	assert_state("registered");
	end();
}
END_TEST

START_TEST(instance_is_said_and_stays)
{
	struct register_config config = plain;
	char contact[2][256];

	config.outbound = true;
	for (int i = 0; i < 2; i++) {
		open_with(&config);
		peer_hears(&rig, "REGISTER ");
		ck_assert_str_eq(heard(&rig, "Supported"), "path, outbound");
		const char *instance = strstr(heard(&rig, "Contact"), ";+sip.instance=");
		ck_assert_ptr_nonnull(instance);
		ck_assert_ptr_nonnull(strstr(instance, ";reg-id=1"));
		snprintf(contact[i], sizeof(contact[i]), "%s", instance);
		end();
	}
	ck_assert_str_eq(contact[0], contact[1]);
}
END_TEST

/* A provider's other machines call what we registered. */
START_TEST(calls_to_our_contact_are_the_peers)
{
	uint16_t port;
	int other = -1;
	char uri[256], head[1024];

	open_with(&plain);
	other = rig_socket("127.0.0.3", &port);
	peer_hears(&rig, "REGISTER ");
	snprintf(uri, sizeof(uri), "%s", our_contact() + 1);
	uri[strcspn(uri, ">")] = '\0';
	accept_for(600);
	for (int i = 0; i < 2; i++) {
		snprintf(head, sizeof(head),
			 "OPTIONS %s SIP/2.0\nVia: SIP/2.0/UDP "
			 "127.0.0.3:%u;rport;branch=z9hG4bKo%d\nFrom: <sip:a@b>;tag=a\nTo: "
			 "<sip:c@d>\nCall-ID: o%d\nCSeq: 1 OPTIONS\n",
			 uri, port, i, i);
		peer_says_from(&rig, other, head, "");
		ck_assert(peer_hears_on(&rig, other));
		ck_assert_ptr_nonnull(strstr(rig.heard, i ? "SIP/2.0 403 " : "SIP/2.0 200 "));
		uri[strlen(uri) - 1] ^= 1; /* not the token */
	}
	close(other);
	end();
}
END_TEST

START_TEST(change_of_configuration_begins_anew)
{
	open_with(&plain);
	peer_hears(&rig, "REGISTER ");
	accept_for(600);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	peer_hears_nothing(&rig);
	strcpy(rig.peer.registration.user, "49302");
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	peer_hears(&rig, "REGISTER ");
	ck_assert_str_eq(heard(&rig, "Expires"), "0");
	peer_hears(&rig, "REGISTER ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "To"), "<sip:49302@"));
	rig.peer.registration.user[0] = '\0';
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	assert_state("none");
	end();
}
END_TEST

UNIT_MAIN("register", registers_refreshes_and_leaves, answers_challenges_and_then_ahead_of_them,
	  next_nonce_is_taken_and_may_be_refused, brief_interval_is_lengthened,
	  interval_that_is_never_long_enough_ends_in_waiting,
	  failures_are_tried_again_less_and_less_often, retry_after_is_waited_for,
	  service_route_is_the_way_of_calls, goes_and_comes_with_its_trunk,
	  instance_is_said_and_stays, calls_to_our_contact_are_the_peers,
	  change_of_configuration_begins_anew)
