/* Dialogs whose next hop is a name (RFC 3261 12.2.1.1, RFC 3263): the test is the DNS, and the place that it names. */
#include "sip/session/session.h"
#include "tests/unit/sip/rig_dialog.h"

enum { DNS_HEADER = 12, DNS_MAX = 512 };

static int dns, place; /* the server; where pbx.test is */
static uint16_t place_port;

static void open_names(void)
{
	open_with(PLAIN);
	dns = rig_socket("127.0.0.1", &rig.config.dns_port);
	place = rig_socket("127.0.0.1", &place_port);
	snprintf(rig.config.dns_server, sizeof(rig.config.dns_server), "127.0.0.1");
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void close_names(void)
{
	rig_close(&rig);
	close(dns);
	close(place);
}

/* Every question that waits gets 127.0.0.host with that time to live, or that there is no such name (host 0). Returns how
 * many waited. */
static unsigned dns_tells(uint8_t host, uint8_t ttl_s)
{
	const uint8_t record[] = { 0xc0, DNS_HEADER, 0, 1, 0,   1, 0, 0,
				   0,    ttl_s,      0, 4, 127, 0, 0, host };
	const bool known = host;
	uint8_t message[DNS_MAX];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	unsigned n = 0;
	ssize_t len;

	while ((len = recvfrom(dns, message, DNS_MAX - sizeof(record), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len)) > DNS_HEADER) {
		size_t end = DNS_HEADER;

		n++;
		while (message[end])
			end += message[end] + 1U;
		end += 5; /* the last label, type, class */
		message[2] = 0x84;
		message[3] = known ? 0x80 : 0x83;
		message[7] = known;
		message[11] = 0; /* no EDNS */
		if (known)
			memcpy(message + end, record, sizeof(record));
		ck_assert_int_gt(sendto(dns, message, end + (known ? sizeof(record) : 0), 0,
					(struct sockaddr *)&from, from_len),
				 0);
		rig_settle(&rig);
	}
	return n;
}

static unsigned dns_answers(bool known)
{
	return dns_tells(known, 60);
}

static void place_hears(const char *first_line)
{
	ck_assert_msg(peer_hears_on(&rig, place), "nothing instead of %s", first_line);
	ck_assert_msg(!strncmp(rig.heard, first_line, strlen(first_line)), "%s instead of %s",
		      rig.heard, first_line);
}

/* What was heard last is answered from where it was heard. */
static void respond_from(int fd)
{
	char text[RIG_TEXT];

	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\nVia: %s\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %s\n",
		 heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "Call-ID"),
		 heard(&rig, "CSeq"));
	peer_says_from(&rig, fd, text, "");
}

/* The INVITE that the peer got, answered with another Contact than its own. */
static void out_respond_at(const char *status, const char *to_tag, const char *uri,
			   const char *more)
{
	memcpy(rig.heard, invited, sizeof(invited));
	peer_says(&rig, SDP,
		  "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=%s\nCall-ID: %s\nCSeq: %s\n"
		  "Contact: <%s>\n%s",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"), to_tag,
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"), uri, more);
}

static const char *named(void)
{
	static char uri[64];

	snprintf(uri, sizeof(uri), "sip:b@pbx.test:%u", place_port);
	return uri;
}

START_TEST(success_waits_for_the_name_and_is_acknowledged_there)
{
	open_names();
	out_place();
	out_respond_at("200 OK", "b", named(), "");
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 0);
	out_respond_at("200 OK", "b", named(), ""); /* sent again */
	ck_assert_uint_eq(dns_answers(true), 1);
	place_hears("ACK sip:b@pbx.test:");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	line_says(LEG_RELEASE, false);
	place_hears("BYE sip:b@pbx.test:");
	respond_from(place);
	peer_hears_nothing(&rig);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

/* A place of its own where the name leads later, at the same port. */
static void move_place(const char *host)
{
	struct sockaddr_storage address;

	close(place);
	place = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert(netaddr_parse(host, place_port, &address));
	ck_assert_int_eq(bind(place, (struct sockaddr *)&address, netaddr_len(&address)), 0);
}

/* A server that is named anew is asked anew: what was kept of it lasts by the machine's clock, which no test moves. */
static void forget_names(void)
{
	for (unsigned i = 0; i < 2; i++) {
		snprintf(rig.config.dns_server, sizeof(rig.config.dns_server), "%s",
			 i ? "127.0.0.1" : "127.0.0.9");
		ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	}
}

START_TEST(name_is_looked_up_again_when_its_time_is_over)
{
	open_names();
	out_place();
	out_respond_at("200 OK", "b", named(), "");
	ck_assert_uint_eq(dns_tells(1, 0), 1);
	place_hears("ACK ");
	forget_names();
	rig_pass(&rig, 5900);
	ck_assert_uint_eq(dns_tells(4, 0), 0);
	rig_pass(&rig, 200);
	ck_assert_uint_eq(dns_tells(0, 0), 1); /* for now nowhere: where it led */
	forget_names();
	rig_pass(&rig, 30100);
	ck_assert_uint_eq(dns_tells(4, 0), 1);
	move_place("127.0.0.4");
	line_says(LEG_RELEASE, false);
	place_hears("BYE sip:b@pbx.test:");
	respond_from(place);
	rig_assert_idle(&rig);
	rig_pass(&rig, 31000);
	ck_assert_uint_eq(dns_tells(4, 0), 0);
	close_names();
}
END_TEST

START_TEST(reliable_response_waits_too)
{
	open_names();
	out_place();
	out_respond_at("183 Session Progress", "b", named(), "Require: 100rel\nRSeq: 1\n");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROGRESS), 0);
	ck_assert_uint_eq(dns_answers(true), 1);
	place_hears("PRACK sip:b@pbx.test:");
	respond_from(place);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROGRESS), 1);
	out_respond_at("200 OK", "b", named(), "");
	ck_assert_uint_eq(dns_answers(true), 0); /* it is known */
	place_hears("ACK ");
	line_says(LEG_RELEASE, false);
	place_hears("BYE ");
	respond_from(place);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(record_route_that_is_a_name_goes_first)
{
	char route[96];

	open_names();
	out_place();
	snprintf(route, sizeof(route), "Record-Route: <sip:pbx.test:%u;lr>\n", place_port);
	out_respond_at("200 OK", "b", "sip:b@192.0.2.1", route);
	ck_assert_uint_eq(dns_answers(true), 1);
	place_hears("ACK sip:b@192.0.2.1 ");
	line_says(LEG_RELEASE, false);
	place_hears("BYE sip:b@192.0.2.1 ");
	respond_from(place);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(name_that_leads_nowhere_is_where_it_spoke)
{
	open_names();
	out_place();
	out_respond_at("200 OK", "b", "sip:b@nowhere.test:5060", "");
	peer_hears_nothing(&rig);
	ck_assert_uint_ge(dns_answers(false), 1);
	peer_hears(&rig, "ACK sip:b@nowhere.test:5060 ");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	respond_from(rig.fd);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(silent_dns_is_waited_for_in_the_time_of_the_ack)
{
	open_names();
	out_place();
	out_respond_at("200 OK", "b", named(), "");
	rig_pass(&rig, 3900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 200);
	peer_hears(&rig, "ACK ");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	respond_from(rig.fd);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(caller_that_is_a_name_is_found)
{
	open_names();
	peer_says(&rig, SDP,
		  "INVITE sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKw1\n"
		  "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>\nCall-ID: call\n"
		  "CSeq: 1 INVITE\nMax-Forwards: 70\nContact: <%s>\n",
		  rig.peer.port, named());
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(dns_answers(true), 1);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	line_says(LEG_RELEASE, false);
	place_hears("BYE sip:b@pbx.test:");
	respond_from(place);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(call_given_up_meanwhile_is_cleared)
{
	open_names();
	out_place();
	out_respond_at("200 OK", "b", named(), "");
	line_says(LEG_RELEASE, false);
	ck_assert_uint_eq(dns_answers(true), 1);
	place_hears("ACK ");
	place_hears("BYE ");
	respond_from(place);
	rig_assert_idle(&rig);
	close_names();
}
END_TEST

START_TEST(late_fork_is_cleared_where_it_spoke)
{
	open_names();
	out_place();
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	out_respond_at("200 OK", "c", named(), "");
	peer_hears(&rig, "ACK sip:b@pbx.test:");
	peer_hears(&rig, "BYE sip:b@pbx.test:");
	ck_assert_uint_eq(dns_answers(true), 0);
	clear_and_close();
	close(dns);
	close(place);
}
END_TEST

static int refused_by_ourselves;

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	(void)data;
	refused_by_ourselves = nta_sip_is_internal(sip) ? nta_outgoing_status(orq) : 0;
	return 0;
}

/* What we do not resolve nobody does. */
START_TEST(nothing_is_left_to_sofias_resolver)
{
	open_names();
	nta_agent_t *nta = agent_nta(((struct sip *)rig.sip)->agent);
	nta_leg_t *leg =
		nta_leg_tcreate(nta, NULL, NULL, SIPTAG_FROM_STR("<sip:a@127.0.0.1>;tag=1"),
				SIPTAG_TO_STR("<sip:b@pbx.test>"), TAG_END());
	nta_outgoing_t *orq = nta_outgoing_tcreate(leg, on_response, NULL, NULL, SIP_METHOD_OPTIONS,
						   URL_STRING_MAKE("sip:b@pbx.test"), TAG_END());

	rig_pass(&rig, 1000);
	ck_assert_uint_eq(dns_answers(true), 0);
	ck_assert_int_ge(refused_by_ourselves, 500);
	nta_outgoing_destroy(orq);
	nta_leg_destroy(leg);
	close_names();
}
END_TEST

UNIT_MAIN("way", success_waits_for_the_name_and_is_acknowledged_there,
	  name_is_looked_up_again_when_its_time_is_over, reliable_response_waits_too,
	  record_route_that_is_a_name_goes_first, name_that_leads_nowhere_is_where_it_spoke,
	  silent_dns_is_waited_for_in_the_time_of_the_ack, caller_that_is_a_name_is_found,
	  call_given_up_meanwhile_is_cleared, late_fork_is_cleared_where_it_spoke,
	  nothing_is_left_to_sofias_resolver)
