/* The ring between two threads. */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

struct item {
	uint32_t number;
	uint8_t body[32];
};

START_TEST(size_is_rounded_up_to_a_power_of_two)
{
	struct ring *ring = ring_new(NULL, sizeof(int), 5);
	for (int i = 0; i < 8; i++)
		ck_assert(ring_put(ring, &i));
	int extra = 99;
	ck_assert(!ring_put(ring, &extra));
	ring_free(ring);
}
END_TEST

START_TEST(items_come_out_in_order_and_whole)
{
	struct ring *ring = ring_new(NULL, sizeof(struct item), 4);
	struct item in, out;
	for (uint32_t i = 0; i < 1000; i++) {
		in = (struct item){ .number = i };
		memset(in.body, (int)i, sizeof(in.body));
		ck_assert(ring_put(ring, &in));
		if (i % 3 == 0)
			continue;
		do
			ck_assert(ring_get(ring, &out));
		while (out.number != i);
		ck_assert_mem_eq(&in, &out, sizeof(in));
	}
	ring_free(ring);
}
END_TEST

START_TEST(empty_ring_leaves_the_item_unchanged)
{
	struct ring *ring = ring_new(NULL, sizeof(int), 2);
	int value = 42;
	ck_assert(!ring_get(ring, &value));
	ck_assert_int_eq(value, 42);
	ring_free(ring);
}
END_TEST

START_TEST(full_ring_keeps_what_it_has)
{
	struct ring *ring = ring_new(NULL, sizeof(int), 1);
	int first = 1, second = 2, out = 0;
	ck_assert(ring_put(ring, &first));
	ck_assert(!ring_put(ring, &second));
	ck_assert(ring_get(ring, &out));
	ck_assert_int_eq(out, 1);
	ck_assert(!ring_get(ring, &out));
	ck_assert(ring_put(ring, &second));
	ring_free(ring);
}
END_TEST

START_TEST(impossible_sizes_are_refused)
{
	ck_assert_ptr_null(ring_new(NULL, 0, 4));
	ck_assert_ptr_null(ring_new(NULL, 4, 0));
	ck_assert_ptr_null(ring_new(NULL, 4, SIZE_MAX));
	ck_assert_ptr_null(ring_new(NULL, SIZE_MAX, 4));
	ck_assert_ptr_null(ring_new(NULL, SIZE_MAX / 8, 64));
}
END_TEST

START_TEST(ring_dies_with_its_parent)
{
	void *parent = talloc_new(NULL);
	ring_new(parent, 8, 8);
	ck_assert_uint_eq(talloc_total_blocks(parent), 2);
	talloc_free(parent);
}
END_TEST

enum { TURNS = 200000 };

static void *produce(void *data)
{
	for (uint32_t i = 0; i < TURNS; i++) {
		struct item item = { .number = i };
		memset(item.body, (int)(i & 0xff), sizeof(item.body));
		while (!ring_put(data, &item))
			sched_yield();
	}
	return NULL;
}

START_TEST(two_threads_lose_and_tear_nothing)
{
	struct ring *ring = ring_new(NULL, sizeof(struct item), 64);
	pthread_t producer;
	ck_assert_int_eq(pthread_create(&producer, NULL, produce, ring), 0);
	for (uint32_t i = 0; i < TURNS; i++) {
		struct item item;
		while (!ring_get(ring, &item))
			sched_yield();
		ck_assert_uint_eq(item.number, i);
		ck_assert_uint_eq(item.body[0], i & 0xff);
		ck_assert_uint_eq(item.body[sizeof(item.body) - 1], i & 0xff);
	}
	pthread_join(producer, NULL);
	ring_free(ring);
}
END_TEST

START_TEST(no_memory_is_no_ring)
{
	OOM_EACH(done)
	{
		struct ring *ring = ring_new(NULL, 16, 16);
		oom_off();
		done = ring != NULL;
		ring_free(ring);
	}
}
END_TEST

UNIT_MAIN("ring", size_is_rounded_up_to_a_power_of_two, items_come_out_in_order_and_whole,
	  empty_ring_leaves_the_item_unchanged, full_ring_keeps_what_it_has,
	  impossible_sizes_are_refused, ring_dies_with_its_parent,
	  two_threads_lose_and_tear_nothing, no_memory_is_no_ring)
