/* The ring of messages: each is there until newer ones have taken its place, and never half. */
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/messages.h"
#include "tests/unit/unit.h"

enum { SIZE = 64 << 10 };

static struct messages *messages;

/* A message whose octets all say n. */
static uint64_t put(unsigned n, size_t len)
{
	static uint8_t octets[MESSAGE_LEN_MAX + 100];
	const struct message message = {
		.kind = MESSAGE_ISDN,
		.wall_us = n,
		.octets = octets,
		.len = len,
		.whole = len,
	};

	memset(octets, (int)n, len);
	return messages_put(messages, &message);
}

static bool is_there(uint64_t number, unsigned n, size_t len)
{
	struct message message;

	if (!messages_get(messages, number, &message))
		return false;
	ck_assert_int_eq(message.wall_us, n);
	ck_assert_uint_eq(message.len, len);
	for (size_t i = 0; i < len; i++)
		if (message.octets[i] != (uint8_t)n)
			ck_abort_msg("octet %zu of message %u is another's", i, n);
	return true;
}

/* With lengths that meet the ring's end in every way. */
START_TEST(newest_are_whole_and_oldest_are_gone)
{
	enum { PUT = 1000 };
	static uint64_t numbers[PUT];
	static size_t lengths[PUT];
	unsigned kept;

	messages = messages_new(NULL, SIZE, 0);
	ck_assert_ptr_nonnull(messages);
	for (unsigned n = 0; n < PUT; n++) {
		lengths[n] = n * 37 % 900;
		numbers[n] = put(n, lengths[n]);
		ck_assert_uint_ne(numbers[n], 0);
		for (kept = 0;
		     kept <= n && is_there(numbers[n - kept], n - kept, lengths[n - kept]);)
			kept++;
		ck_assert_uint_ge(kept, n < 50 ? n + 1 : 50);
		if (kept <= n && n % 100 == 0)
			for (unsigned old = 0; old < n - kept; old++)
				ck_assert(!is_there(numbers[old], old, lengths[old]));
	}
	ck_assert_uint_lt(kept, PUT);
	talloc_free(messages);
}
END_TEST

START_TEST(long_one_is_cut_and_says_so)
{
	struct message message;

	messages = messages_new(NULL, SIZE, 0);
	ck_assert(messages_get(messages, put(7, MESSAGE_LEN_MAX + 100), &message));
	ck_assert_uint_eq(message.len, MESSAGE_LEN_MAX);
	ck_assert_uint_eq(message.whole, MESSAGE_LEN_MAX + 100);
	talloc_free(messages);
}
END_TEST

START_TEST(no_ring_keeps_nothing)
{
	struct message message;

	messages = NULL;
	ck_assert_uint_eq(put(1, 10), 0);
	ck_assert(!messages_get(NULL, 1, &message));
	ck_assert_ptr_null(messages_new(NULL, 1000, 0));
	messages = messages_new(NULL, SIZE, 0);
	ck_assert(!messages_get(messages, 0, &message));
	ck_assert(!messages_get(messages, 1, &message));
	ck_assert(!messages_get(messages, UINT64_MAX, &message));
	talloc_free(messages);
}
END_TEST

START_TEST(numbers_go_on_from_the_ring_before)
{
	enum { OLD = 20, NEW = 300 };
	static const size_t sizes[] = { SIZE, 2 * SIZE, SIZE + 1000 };
	uint64_t old[OLD], from;
	struct message message;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		messages = messages_new(NULL, SIZE, 0);
		for (unsigned n = 0; n < OLD; n++)
			old[n] = put(n, 100 + n);
		from = messages_end(messages);
		talloc_free(messages);
		messages = messages_new(NULL, sizes[i], from);
		for (unsigned n = 0; n < NEW; n++) {
			ck_assert(is_there(put(n, 3 * n), n, 3 * n));
			for (unsigned o = 0; o < OLD; o++)
				ck_assert(!messages_get(messages, old[o], &message));
		}
		talloc_free(messages);
	}
}
END_TEST

UNIT_MAIN("messages", newest_are_whole_and_oldest_are_gone, long_one_is_cut_and_says_so,
	  no_ring_keeps_nothing, numbers_go_on_from_the_ring_before)
