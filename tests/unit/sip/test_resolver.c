/* What is made of answers of the DNS: which place is first (RFC 2782), and where it is. */
#include "sip/agent/resolver.c"
#include "tests/unit/unit.h"

enum { DRAWS = 20000, PERCENT = 100, TOLERANCE = 2 };

static struct hop_list found;

static void on_done(void *data, const struct hop_list *list)
{
	(void)data;
	found = *list;
}

static struct lookup *new_lookup(void)
{
	struct lookup *lookup = talloc_zero(NULL, struct lookup);

	ck_assert_ptr_nonnull(lookup);
	lookup->done = on_done;
	lookup->ttl_s = TTL_MAX_S;
	return lookup;
}

/* One at 192.0.2.PORT. */
static void add_place(struct lookup *lookup, uint16_t port, unsigned priority, uint16_t weight)
{
	struct srv_target *target = add_target(lookup, "a.example", port, TRANSPORT_UDP);
	char address[32];

	ck_assert_ptr_nonnull(target);
	target->rank = priority;
	target->weight = weight;
	snprintf(address, sizeof(address), "192.0.2.%u", port);
	ck_assert(netaddr_parse(address, port, &target->v4[target->n4++]));
}

START_TEST(weights_share_what_is_of_one_priority)
{
	static const uint16_t weights[] = { 10, 30, 60 };
	unsigned first[ARRAY_SIZE(weights)] = { 0 };

	srandom(1);
	for (unsigned i = 0; i < DRAWS; i++) {
		struct lookup *lookup = new_lookup();

		add_place(lookup, ARRAY_SIZE(weights), 2, UINT16_MAX);
		for (uint16_t j = 0; j < ARRAY_SIZE(weights); j++)
			add_place(lookup, j, 1, weights[j]);
		finish(lookup);
		ck_assert_uint_eq(found.n, ARRAY_SIZE(weights) + 1);
		ck_assert_uint_eq(netaddr_port(&found.hops[ARRAY_SIZE(weights)].address),
				  ARRAY_SIZE(weights)); /* the worse priority is the last */
		first[netaddr_port(&found.hops[0].address)]++;
	}
	for (size_t j = 0; j < ARRAY_SIZE(weights); j++) {
		unsigned percent = first[j] * PERCENT / DRAWS;

		ck_assert_uint_ge(percent + TOLERANCE, weights[j]);
		ck_assert_uint_le(percent, weights[j] + TOLERANCE);
	}
}
END_TEST

START_TEST(weight_of_nothing_is_chosen_too)
{
	unsigned first[2] = { 0 };

	srandom(1);
	for (unsigned i = 0; i < DRAWS; i++) {
		struct lookup *lookup = new_lookup();

		add_place(lookup, 0, 1, 0);
		add_place(lookup, 1, 1, 0);
		finish(lookup);
		first[netaddr_port(&found.hops[0].address)]++;
	}
	ck_assert_uint_gt(first[0], DRAWS / 3);
	ck_assert_uint_gt(first[1], DRAWS / 3);
}
END_TEST

static void take(struct lookup *lookup, sres_record_t *record)
{
	sres_record_t *answers[] = { record, NULL };

	take_aaaa(lookup, 0, answers);
}

START_TEST(addresses_of_ipv6_are_places)
{
	sres_record_t aaaa = { 0 }, a = { 0 };
	struct lookup *lookup = new_lookup();
	char text[NETADDR_TEXT_MAX];

	add_place(lookup, 9, 1, 0);
	aaaa.sr_record->r_type = sres_type_aaaa;
	aaaa.sr_record->r_ttl = 7;
	memcpy(&aaaa.sr_aaaa->aaaa_addr, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
	a.sr_record->r_type = sres_type_a;
	take(lookup, &a);
	take(lookup, &aaaa);
	finish(lookup);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_uint_eq(found.ttl_s, 7);
	netaddr_text(&found.hops[1].address, text, sizeof(text));
	ck_assert_str_eq(text, "[2001:db8::5]:9");
}
END_TEST

UNIT_MAIN("resolver", weights_share_what_is_of_one_priority, weight_of_nothing_is_chosen_too,
	  addresses_of_ipv6_are_places)
