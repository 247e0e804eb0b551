/* Addresses as SIP and SDP write them. */
#include <string.h>
#include <sys/socket.h>

#include <osmocom/core/utils.h>

#include "sip/text/netaddr.h"
#include "tests/unit/unit.h"

START_TEST(addresses_are_written_as_they_are_read)
{
	static const struct {
		const char *host;
		uint16_t port;
		const char *text;
	} rows[] = {
		{ "0.0.0.0", 0, "0.0.0.0:0" },
		{ "192.0.2.10", 5060, "192.0.2.10:5060" },
		{ "255.255.255.255", 65535, "255.255.255.255:65535" },
		{ "10.100.9.99", 10000, "10.100.9.99:10000" },
		{ "::", 9, "[::]:9" },
		{ "2001:db8::1", 5061, "[2001:db8::1]:5061" },
		{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 65535,
		  "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535" },
	};
	char text[NETADDR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sockaddr_storage address;

		ck_assert(netaddr_parse(rows[i].host, rows[i].port, &address));
		netaddr_host(&address, text, sizeof(text));
		ck_assert_str_eq(text, rows[i].host);
		netaddr_text(&address, text, sizeof(text));
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

START_TEST(no_address_is_no_text)
{
	const struct sockaddr_storage none = { 0 };
	char text[NETADDR_TEXT_MAX];

	netaddr_host(&none, text, sizeof(text));
	ck_assert_str_eq(text, "");
	netaddr_text(&none, text, sizeof(text));
	ck_assert_str_eq(text, ":0");
}
END_TEST

START_TEST(text_is_cut_to_its_room)
{
	struct sockaddr_storage address;
	char text[9] = "";

	ck_assert(netaddr_parse("192.0.2.10", 5060, &address));
	netaddr_host(&address, text, sizeof(text));
	ck_assert_str_eq(text, "192.0.2.");
	netaddr_text(&address, text, sizeof(text));
	ck_assert_str_eq(text, "192.0.2.");
}
END_TEST

UNIT_MAIN("netaddr", addresses_are_written_as_they_are_read, no_address_is_no_text,
	  text_is_cut_to_its_room)
