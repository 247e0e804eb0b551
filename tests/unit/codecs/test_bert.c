/* Bit error tests by the sequences of O.150: what is said, and what is counted of errors, slips and cuts. */
#include "codecs/dsp/bert.h"

#include <string.h>

#include "tests/unit/unit.h"

enum { TICK = 80, TICKS = 100, LENGTH = TICK * TICKS };

static const unsigned orders[] = { 9, 11, 15 };

static unsigned bit_of(const uint8_t *octets, size_t i)
{
	return octets[i / 8] >> (7 - i % 8) & 1;
}

static void hear(struct bert *bert, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i + TICK <= n; i += TICK)
		bert_hear(bert, octets + i, TICK);
}

/* O.150 5: the length, and the longest run of zeros (of ones, where it is inverted). */
START_TEST(sequences_are_those_of_o150)
{
	static const unsigned taps[] = { 5, 9, 14 };

	for (unsigned k = 0; k < 3; k++) {
		const unsigned order = orders[k], period = (1u << order) - 1, zero = order == 15;
		static uint8_t octets[2 * 32767 / 8 + 8];
		unsigned run = 0, longest = 0, ones = 0;
		struct bert bert;

		ck_assert(bert_init(&bert, order));
		bert_say(&bert, octets, sizeof(octets));
		for (size_t i = 0; i < period; i++) {
			ck_assert_uint_eq(bit_of(octets, i), bit_of(octets, i + period));
			if (i >= order) /* O.150's sum of two stages */
				ck_assert_uint_eq(bit_of(octets, i) ^ zero,
						  bit_of(octets, i - order) ^
							  bit_of(octets, i - taps[k]));
			run = bit_of(octets, i + order) == zero ? run + 1 : 0;
			longest = run > longest ? run : longest;
			ones += bit_of(octets, i);
		}
		ck_assert_uint_eq(longest, order - 1);
		ck_assert_uint_eq(ones, zero ? period / 2 : period / 2 + 1);
	}
	struct bert none;
	ck_assert(!bert_init(&none, 20));
	ck_assert(!bert_init(&none, 0));
}
END_TEST

START_TEST(without_errors_all_bits_after_the_lock_are_right)
{
	for (unsigned k = 0; k < 3; k++) {
		uint8_t octets[LENGTH];
		struct bert bert;

		bert_init(&bert, orders[k]);
		bert_say(&bert, octets, 17); /* it may begin anywhere */
		bert_say(&bert, octets, LENGTH);
		hear(&bert, octets, LENGTH);
		ck_assert(bert.locked);
		ck_assert_uint_eq(bert.errors + bert.losses, 0);
		ck_assert_uint_ge(bert.bits, LENGTH * 8 - 100);
	}
}
END_TEST

START_TEST(each_error_is_counted_once)
{
	for (unsigned k = 0; k < 3; k++) {
		uint8_t octets[LENGTH];
		struct bert bert;

		bert_init(&bert, orders[k]);
		bert_say(&bert, octets, LENGTH);
		for (unsigned i = 200; i < LENGTH; i += 100)
			octets[i] ^= 1 << i % 7;
		hear(&bert, octets, LENGTH);
		ck_assert_uint_eq(bert.errors, (LENGTH - 200 + 99) / 100);
		ck_assert_uint_eq(bert.losses, 0);
	}
}
END_TEST

START_TEST(a_slip_loses_the_lock_once_and_counts_no_errors)
{
	for (int slip = -1; slip <= 1; slip += 2) {
		uint8_t octets[LENGTH + TICK];
		struct bert bert;

		bert_init(&bert, 11);
		bert_say(&bert, octets, LENGTH);
		if (slip < 0)
			memmove(octets + 4000, octets + 4001, LENGTH - 4001);
		else
			memmove(octets + 4001, octets + 4000, LENGTH - 4000);
		hear(&bert, octets, LENGTH - TICK);
		ck_assert(bert.locked);
		ck_assert_uint_eq(bert.losses, 1);
		ck_assert_uint_eq(bert.errors, 0);
		ck_assert_uint_ge(bert.bits, (LENGTH - 4 * TICK) * 8);
	}
}
END_TEST

START_TEST(a_cut_is_no_lock_and_its_end_is_one)
{
	static const uint8_t idle[] = { 0xff, 0xd5, 0x00, 0x7e };

	for (unsigned k = 0; k < 3; k++) {
		for (unsigned i = 0; i < sizeof(idle); i++) {
			uint8_t octets[LENGTH], cut[10 * TICK];
			struct bert bert;

			bert_init(&bert, orders[k]);
			memset(cut, idle[i], sizeof(cut));
			hear(&bert, cut, sizeof(cut));
			ck_assert(!bert.locked);
			bert_say(&bert, octets, LENGTH);
			hear(&bert, octets, LENGTH);
			ck_assert(bert.locked);
			hear(&bert, cut, sizeof(cut));
			ck_assert(!bert.locked);
			bert_say(&bert, octets, LENGTH);
			hear(&bert, octets, LENGTH);
			ck_assert(bert.locked);
			ck_assert_uint_eq(bert.losses, 1);
			ck_assert_uint_eq(bert.errors, 0);
		}
	}
}
END_TEST

START_TEST(another_sequence_is_not_taken_for_it)
{
	uint8_t octets[LENGTH];
	struct bert said, heard;

	for (unsigned k = 0; k < 3; k++) {
		bert_init(&said, orders[k]);
		bert_init(&heard, orders[(k + 1) % 3]);
		bert_say(&said, octets, LENGTH);
		hear(&heard, octets, LENGTH);
		ck_assert(!heard.locked);
		ck_assert_uint_eq(heard.bits, 0);
	}
}
END_TEST

UNIT_MAIN("bert", sequences_are_those_of_o150, without_errors_all_bits_after_the_lock_are_right,
	  each_error_is_counted_once, a_slip_loses_the_lock_once_and_counts_no_errors,
	  a_cut_is_no_lock_and_its_end_is_one, another_sequence_is_not_taken_for_it)
