/* The DNS client: how long what is answered may be kept, and that the servers of the system are followed. */
#include "base/dns.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/dns_ttl.h"
#include "tests/unit/dns_server.h"

enum { TIMEOUT_MS = 9000 };

/* What is kept how long */

#define QUESTION "\001a\0\0\043\0\001"
#define RECORD(type, ttl) "\300\014\0" type "\0\001" ttl "\0\004abcd"
#define HEADS(answers, authority) "\0\001\201\200\0\001\0" answers "\0" authority "\0\0" QUESTION
#define SOA(ttl, minimum)                                                                          \
	"\300\014\0\006\0\001" ttl "\0\026"                                                        \
	"\0\0\0\0\0\001\0\0\0\002\0\0\0\003\0\0\0\004" minimum

START_TEST(shortest_ttl_of_a_message_holds)
{
	static const struct {
		const char *octets;
		size_t len;
		unsigned ttl;
	} rows[] = {
#define ROW(text, seconds) { text, sizeof(text) - 1, seconds }
		ROW(HEADS("\001", "\0") RECORD("\043", "\0\0\0\074"), 60),
		/* RFC 2181 5.2, and a CNAME before it, RFC 1034 3.6.2 */
		ROW(HEADS("\002", "\0") RECORD("\005", "\0\0\0\011") RECORD("\043", "\0\0\0\074"),
		    9),
		ROW(HEADS("\002", "\0") RECORD("\043", "\0\0\001\0") RECORD("\043", "\0\0\0\0"), 0),
		/* RFC 2181 8 */
		ROW(HEADS("\001", "\0") RECORD("\043", "\200\0\0\0"), 0),
		ROW(HEADS("\001", "\0") RECORD("\043", "\177\377\377\377"), INT_MAX),
		/* RFC 2308 5: the lesser of the two */
		ROW(HEADS("\0", "\001") SOA("\0\0\0\005", "\0\0\0\007"), 5),
		ROW(HEADS("\0", "\001") SOA("\0\0\0\007", "\0\0\0\006"), 6),
		/* the authority's other records say nothing of it, and those of an answer neither */
		ROW(HEADS("\0", "\002") RECORD("\002", "\0\0\0\001")
			    SOA("\0\0\0\011", "\0\0\0\011"),
		    9),
		ROW(HEADS("\001", "\001") RECORD("\043", "\0\0\0\074") SOA("\0\0\0\1", "\0\0\0\1"),
		    60),
		ROW(HEADS("\0", "\0"), UINT_MAX),
		/* less than they say */
		ROW(HEADS("\001", "\0"), 0),
		ROW(HEADS("\001", "\0") "\300\014\0\043\0\001\0\0\0\074\0\005abcd", 0),
		ROW(HEADS("\0", "\001") RECORD("\006", "\0\0\0\074"), UINT_MAX),
		ROW("\0\001\201\200\0\002\0\0\0\0\0\0" QUESTION, 0),
		ROW("", 0),
#undef ROW
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(dns_ttl((const uint8_t *)rows[i].octets, rows[i].len) == rows[i].ttl,
			      "row %zu: %u", i,
			      dns_ttl((const uint8_t *)rows[i].octets, rows[i].len));
}
END_TEST

/* The servers of the system */

static char path[] = "/tmp/resolv.XXXXXX";

/* On a second of its own, however fast the tests are. */
static void write_servers(const struct dns_server *server, time_t second)
{
	const struct timespec times[2] = { { .tv_sec = second }, { .tv_sec = second } };
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "nameserver 127.0.0.%u\n", server->host);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

struct told {
	unsigned n;
	enum dns_result result;
	unsigned ttl_s;
};

static void on_done(void *data, const struct dns_answer *answer)
{
	struct told *told = data;

	told->n++;
	told->result = answer->result;
	told->ttl_s = answer->ttl_s;
}

static void turn_until(struct dns_server *server, const struct told *told, unsigned n)
{
	for (unsigned i = 0; i < DNS_ROUNDS && told->n < n; i++)
		dns_server_turn(server);
	ck_assert_uint_eq(told->n, n);
	ck_assert_int_eq(told->result, DNS_ANSWER);
}

START_TEST(servers_are_read_again_when_they_have_changed)
{
	struct dns_servers servers = { .address = "", .system = path };
	struct dns_server one, two;
	struct told told = { 0 }, early = { 0 };
	struct dns *dns;

	ck_assert_int_ge(mkstemp(path), 0);
	dns_server_open(&one, 2, 0, 30);
	dns_server_open(&two, 3, one.port, 40);
	servers.port = one.port;
	write_servers(&one, 1);
	dns = dns_new(NULL, &servers, TIMEOUT_MS);
	ck_assert_ptr_nonnull(dns_ask_naptr(dns, "1.e164.test", on_done, &told));
	turn_until(&one, &told, 1);
	ck_assert_uint_eq(told.ttl_s, 30);

	/* As far as can be seen it is the same file: it is not read. */
	write_servers(&two, 1);
	ck_assert_ptr_nonnull(dns_ask_naptr(dns, "2.e164.test", on_done, &told));
	turn_until(&one, &told, 2);

	/* Who asks already still hears from the one before. */
	ck_assert_ptr_nonnull(dns_ask_naptr(dns, "3.e164.test", on_done, &early));
	write_servers(&two, 2);
	ck_assert_ptr_nonnull(dns_ask_naptr(dns, "4.e164.test", on_done, &told));
	turn_until(&two, &told, 3);
	ck_assert_uint_eq(told.ttl_s, 40);
	turn_until(&one, &early, 1);

	/* Two channels with questions that nobody waits for are let go of. */
	dns_cancel(dns_ask_naptr(dns, "5.e164.test", on_done, &told));
	write_servers(&one, 3);
	dns_cancel(dns_ask_naptr(dns, "6.e164.test", on_done, &told));
	dns_free(dns);
	ck_assert_uint_eq(told.n, 3);
	dns_server_close(&one);
	dns_server_close(&two);
	unlink(path);
}
END_TEST

START_TEST(server_of_the_configuration_is_asked_whatever_the_system_has)
{
	struct dns_server one;
	struct dns_servers servers = { .address = "127.0.0.1", .system = "/nonexistent" };
	struct told told = { 0 };
	struct dns *dns;

	dns_server_open(&one, 1, 0, 30);
	servers.port = one.port;
	dns = dns_new(NULL, &servers, TIMEOUT_MS);
	ck_assert_ptr_nonnull(dns_ask_naptr(dns, "1.e164.test", on_done, &told));
	turn_until(&one, &told, 1);
	dns_free(dns);
	dns_server_close(&one);
}
END_TEST

UNIT_MAIN("dns", shortest_ttl_of_a_message_holds, servers_are_read_again_when_they_have_changed,
	  server_of_the_configuration_is_asked_whatever_the_system_has)
