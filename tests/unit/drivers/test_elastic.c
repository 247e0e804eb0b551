/* The elastic buffer: exact on one clock, slips on two. */
#include "drivers/elastic.h"

#include <string.h>

#include "tests/unit/unit.h"

enum { TICK = 80, BLOCK = 40 };

static struct elastic elastic;
static uint32_t put, got; /* octets counted; each octet is its own number */

static void put_block(void)
{
	uint8_t block[BLOCK];

	for (unsigned i = 0; i < BLOCK; i++)
		block[i] = (uint8_t)(put++ % 251);
	ck_assert(elastic_put(&elastic, block, sizeof(block)));
}

static void check_tick(const uint8_t *octets)
{
	for (unsigned i = 0; i < TICK; i++)
		ck_assert_uint_eq(octets[i], got++ % 251);
}

static void start(size_t margin)
{
	elastic_init(&elastic, margin);
	put = got = 0;
}

START_TEST(one_clock_is_exact_and_keeps_its_delay_whatever_the_jitter)
{
	static const unsigned blocks[] = { 2, 1, 3, 2, 0, 4, 2, 2, 1, 3 };
	uint8_t out[TICK];

	start(80);
	put_block();
	put_block();
	put_block();
	ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_FILLING);
	put_block();
	for (unsigned t = 0; t < 10000; t++) {
		ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_GOT);
		check_tick(out);
		for (unsigned i = blocks[t % 10]; i; i--)
			put_block();
	}
	ck_assert_uint_eq(put - got, 160);
}
END_TEST

START_TEST(writer_that_runs_faster_slips_and_the_delay_is_bounded)
{
	unsigned slips = 0;
	uint8_t out[TICK];

	start(BLOCK);
	for (unsigned t = 0; t < 10000; t++) { /* 1 % too fast */
		put_block();
		put_block();
		if (t % 50 == 0)
			put_block();
		slips += elastic_get(&elastic, out, TICK) == ELASTIC_DROPPED;
		ck_assert_uint_le(elastic.n, 300);
	}
	ck_assert_uint_ge(slips, 50);
	ck_assert_uint_le(slips, 200);
}
END_TEST

START_TEST(writer_that_runs_slower_starves_once_and_fills_again)
{
	unsigned slips = 0, filling = 0;
	uint8_t out[TICK];

	start(BLOCK);
	for (unsigned t = 0; t < 10000; t++) { /* 1 % too slow */
		enum elastic_result result;

		if (t % 50)
			put_block();
		put_block();
		result = elastic_get(&elastic, out, TICK);
		slips += result == ELASTIC_STARVED;
		filling += result == ELASTIC_FILLING;
	}
	ck_assert_uint_ge(slips, 50);
	ck_assert_uint_le(slips, 200);
	ck_assert_uint_le(filling, 2 * slips + 2);
}
END_TEST

START_TEST(silent_writer_is_one_slip)
{
	uint8_t out[TICK];

	start(0);
	put_block();
	put_block();
	ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_GOT);
	ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_STARVED);
	for (unsigned t = 0; t < 500; t++)
		ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_FILLING);
}
END_TEST

START_TEST(what_finds_no_room_pushes_out_the_oldest)
{
	static uint8_t much[ELASTIC_SIZE + 10];
	uint8_t out[TICK];

	start(0);
	for (size_t i = 0; i < sizeof(much); i++)
		much[i] = (uint8_t)(i % 251);
	ck_assert(elastic_put(&elastic, much, 5));
	ck_assert(!elastic_put(&elastic, much, ELASTIC_SIZE));
	ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_GOT);
	ck_assert_mem_eq(out, much, TICK);
	ck_assert(!elastic_put(&elastic, much, sizeof(much)));
	ck_assert_int_eq(elastic_get(&elastic, out, TICK), ELASTIC_GOT);
	ck_assert_mem_eq(out, much + 10, TICK);
}
END_TEST

static int watch_window(struct elastic_level *level, int mostly, int once)
{
	for (unsigned t = 0; t < ELASTIC_WINDOW - 1; t++)
		ck_assert_int_eq(elastic_level_watch(level, t == 7 ? once : mostly), 0);
	return elastic_level_watch(level, mostly);
}

START_TEST(level_is_too_high_when_it_is_never_low_and_too_low_when_it_is_never_high)
{
	struct elastic_level level;

	elastic_level_init(&level, 100, 20, 40);
	ck_assert_int_eq(watch_window(&level, 500, 120), 0);
	ck_assert_int_eq(watch_window(&level, 500, 121), 21);
	ck_assert_int_eq(watch_window(&level, 10, 61), 0);
	ck_assert_int_eq(watch_window(&level, 10, 60), -40);
}
END_TEST

UNIT_MAIN("elastic", one_clock_is_exact_and_keeps_its_delay_whatever_the_jitter,
	  writer_that_runs_faster_slips_and_the_delay_is_bounded,
	  writer_that_runs_slower_starves_once_and_fills_again, silent_writer_is_one_slip,
	  what_finds_no_room_pushes_out_the_oldest,
	  level_is_too_high_when_it_is_never_low_and_too_low_when_it_is_never_high)
