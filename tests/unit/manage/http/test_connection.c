/* Which connections are taken. libmicrohttpd is not there. */
#include <arpa/inet.h>

#include "manage/http/connection.c"

#include "tests/unit/unit.h"

static struct connections connections;

static void start(unsigned max)
{
	log_setup(NULL);
	clock_use_virtual(1000000);
	memset(&connections, 0, sizeof(connections));
	connections_init(&connections);
	connections.max = max;
}

static bool comes(const char *from)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, from, &v4.sin_addr) == 1)
		return connection_accept(&connections, (struct sockaddr *)&v4, sizeof(v4));
	ck_assert_int_eq(inet_pton(AF_INET6, from, &v6.sin6_addr), 1);
	return connection_accept(&connections, (struct sockaddr *)&v6, sizeof(v6));
}

/* So many connections that are open. */
static void open_some(struct connection *some, unsigned n, int family, const char *from)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	inet_pton(family, from, family == AF_INET ? (void *)&v4.sin_addr : &v6.sin6_addr);
	for (unsigned i = 0; i < n; i++) {
		source_of(family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
			  some[i].source);
		llist_add_tail(&some[i].entry, &connections.list);
	}
}

START_TEST(one_source_has_a_quarter)
{
	static struct connection v4[25], v6[25];

	start(100);
	open_some(v4, 24, AF_INET, "192.0.2.1");
	ck_assert(comes("192.0.2.1"));
	open_some(v4 + 24, 1, AF_INET, "192.0.2.1");
	ck_assert(!comes("192.0.2.1"));
	ck_assert(comes("192.0.2.2"));
	open_some(v6, 25, AF_INET6, "2001:db8::1");
	ck_assert(!comes("2001:db8::ffff:1"));
	ck_assert(comes("2001:db8:0:1::1"));
	llist_del(&v4[0].entry);
	ck_assert(comes("192.0.2.1"));
}
END_TEST

START_TEST(a_small_server_gives_one_source_eight)
{
	static struct connection some[8];

	start(10);
	open_some(some, 7, AF_INET, "192.0.2.1");
	ck_assert(comes("192.0.2.1"));
	open_some(some + 7, 1, AF_INET, "192.0.2.1");
	ck_assert(!comes("192.0.2.1"));
}
END_TEST

START_TEST(new_ones_are_so_many_a_second)
{
	start(1000);
	for (unsigned i = 0; i < CONNECTIONS_A_SECOND; i++)
		ck_assert(comes("192.0.2.1"));
	ck_assert(!comes("192.0.2.2"));
	clock_advance(1000000 / CONNECTIONS_A_SECOND);
	ck_assert(comes("192.0.2.2"));
	ck_assert(!comes("192.0.2.2"));
}
END_TEST

START_TEST(this_host_is_never_refused)
{
	static struct connection some[100];

	start(100);
	open_some(some, 50, AF_INET, "127.0.0.1");
	open_some(some + 50, 50, AF_INET6, "::1");
	for (unsigned i = 0; i < 2 * CONNECTIONS_A_SECOND; i++)
		ck_assert(comes("127.0.0.1") && comes("::1"));
}
END_TEST

UNIT_MAIN("HTTP connections", one_source_has_a_quarter, a_small_server_gives_one_source_eight,
	  new_ones_are_so_many_a_second, this_host_is_never_refused)
