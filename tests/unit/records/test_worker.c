/* The thread between the journal and stores, with stores that fail on purpose. */
#include "records/worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "records/journal.h"
#include "records/schema.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { BACKLOG = 300000 };

static char dir[] = "/tmp/worker-XXXXXX", path[64];

static atomic_int later_s; /* than it is */

/* In place of the C library's, for the worker as well. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += atomic_load(&later_s);
	return rc;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* What outlives the store's object, as a database does. */
static struct shelf {
	atomic_uint rows, opened, pruned;
	atomic_bool broken; /* takes nothing */
	atomic_bool away;   /* cannot be opened */
	atomic_bool slow;
	atomic_bool held;   /* its put does not return */
	atomic_long memory; /* allocations from its opening on that do not fail; 0: none fails */
	struct spool_place place;
	char last[SPOOL_ID_MAX];
} shelves[2];

struct fake {
	struct store store; /* first */
	struct shelf *shelf;
};

static int on_open(struct store *store, struct spool_place *place)
{
	struct shelf *shelf = ((struct fake *)store)->shelf;

	oom_off();
	if (atomic_load(&shelf->memory))
		oom_allow(atomic_exchange(&shelf->memory, 0));
	atomic_fetch_add(&shelf->opened, 1);
	snprintf(store->error, sizeof(store->error), "away");
	*place = shelf->place;
	return atomic_load(&shelf->away) ? -EIO : 0;
}

static int on_put(struct store *store, struct schema_row *const *rows, size_t n,
		  const struct spool_place *after)
{
	struct shelf *shelf = ((struct fake *)store)->shelf;

	if (atomic_load(&shelf->broken)) {
		snprintf(store->error, sizeof(store->error), "broken");
		return -EIO;
	}
	if (atomic_load(&shelf->slow))
		pause_ms(2);
	while (atomic_load(&shelf->held))
		pause_ms(1);
	shelf->place = *after;
	if (n)
		snprintf(shelf->last, sizeof(shelf->last), "%s", schema_value(rows[n - 1], 0));
	atomic_fetch_add(&shelf->rows, (unsigned)n);
	return 0;
}

static int on_prune(struct store *store, const struct store_limits *limits)
{
	struct shelf *shelf = ((struct fake *)store)->shelf;

	(void)limits;
	return atomic_fetch_add(&shelf->pruned, 1) < 2; /* twice is not enough */
}

static void on_close(struct store *store)
{
	(void)store;
}

static const struct store_ops ops = { "fake", on_open, on_put, on_prune, on_close };

static struct worker *start(size_t n)
{
	struct worker_setup setup = { .path = path, .n_stores = n, .limits = { 3600, 1 << 20 } };

	for (size_t i = 0; i < n; i++) {
		struct fake *fake = calloc(1, sizeof(*fake));

		ck_assert_ptr_nonnull(fake);
		fake->store.ops = &ops;
		fake->shelf = &shelves[i];
		setup.stores[i] = &fake->store;
	}
	struct worker *worker = worker_start(&setup);
	ck_assert_ptr_nonnull(worker);
	return worker;
}

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
}

static void end(struct worker *worker)
{
	worker_stop(worker);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void add(unsigned from, unsigned to)
{
	FILE *file = fopen(path, "a");

	for (unsigned i = from; i < to; i++)
		fprintf(file, JOURNAL_HEAD "%u\"," JOURNAL_RELEASED "\n", i);
	fclose(file);
}

/* Waits for the other thread, bounded. */
#define EVENTUALLY(condition)                                                                      \
	do {                                                                                       \
		const struct timespec moment = { .tv_nsec = 5000000 };                             \
		for (unsigned turns = 0; !(condition); turns++) {                                  \
			ck_assert_msg(turns < 24000, "never: " #condition);                        \
			nanosleep(&moment, NULL);                                                  \
		}                                                                                  \
	} while (0)

static struct worker_status status_of(struct worker *worker)
{
	struct worker_status status;

	worker_read_status(worker, &status);
	return status;
}

START_TEST(records_reach_every_store)
{
	begin();
	add(0, 1000); /* more than a batch */
	struct worker *worker = start(2);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 1000 && atomic_load(&shelves[1].rows) == 1000);
	add(1000, 1001);
	worker_wake(worker);
	EVENTUALLY(atomic_load(&shelves[1].rows) == 1001);
	EVENTUALLY(status_of(worker).stores[1].taken == 1001);
	EVENTUALLY(status_of(worker).stores[1].behind == 0);
	ck_assert(status_of(worker).stores[0].works);
	ck_assert_uint_ge(atomic_load(&shelves[0].pruned), 3);
	ck_assert_uint_gt(status_of(worker).octets, 0);
	end(worker);
	ck_assert_str_eq(shelves[0].last, "1000");
}
END_TEST

START_TEST(restart_goes_on_where_the_store_is)
{
	begin();
	add(0, 10);
	struct worker *worker = start(1);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 10);
	worker_stop(worker);
	add(10, 15);
	worker = start(1);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 15);
	end(worker);
}
END_TEST

START_TEST(store_that_fails_is_tried_again_and_harms_no_other)
{
	begin();
	atomic_store(&shelves[0].broken, true);
	add(0, 700);
	struct worker *worker = start(2);
	EVENTUALLY(atomic_load(&shelves[1].rows) == 700);
	EVENTUALLY(!status_of(worker).stores[0].works);
	ck_assert_str_eq(status_of(worker).stores[0].error, "broken");
	EVENTUALLY(status_of(worker).stores[0].behind > 700 * 10);
	atomic_store(&shelves[0].away, true);
	EVENTUALLY(strcmp(status_of(worker).stores[0].error, "away") == 0);
	atomic_store(&shelves[0].broken, false);
	atomic_store(&shelves[0].away, false);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 700);
	EVENTUALLY(status_of(worker).stores[0].works && !status_of(worker).stores[0].behind);
	end(worker);
	ck_assert_uint_eq(atomic_load(&shelves[1].rows), 700);
}
END_TEST

START_TEST(lines_that_are_no_record_are_skipped_and_counted)
{
	FILE *file;

	begin();
	add(0, 2);
	file = fopen(path, "a");
	fputs("something else\n\n", file);
	fclose(file);
	add(2, 3);
	struct worker *worker = start(1);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 3);
	EVENTUALLY(status_of(worker).stores[0].skipped == 2);
	end(worker);
}
END_TEST

START_TEST(without_memory_no_record_is_skipped)
{
	begin();
	add(0, 50);
	atomic_store(&shelves[0].memory, 200);
	struct worker *worker = start(1);
	EVENTUALLY(!OOM_WORKS || strcmp(status_of(worker).stores[0].error, "out of memory") == 0);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 50);
	EVENTUALLY(status_of(worker).stores[0].taken == 50);
	ck_assert_uint_eq(status_of(worker).stores[0].skipped, 0);
	end(worker);
}
END_TEST

START_TEST(last_records_are_taken_at_the_end)
{
	begin();
	add(0, 1);
	struct worker *worker = start(1);
	EVENTUALLY(atomic_load(&shelves[0].rows) == 1);
	add(1, 2); /* nobody wakes it */
	worker_stop(worker);
	ck_assert_uint_eq(atomic_load(&shelves[0].rows), 2);
	worker = start(0);
	end(worker);
}
END_TEST

/* More than a slow store takes in several seconds. */
static struct worker *start_with_backlog(void)
{
	begin();
	atomic_store(&shelves[0].slow, true);
	add(0, BACKLOG);
	struct worker *worker = start(1);
	EVENTUALLY(status_of(worker).stores[0].taken > 0);
	return worker;
}

START_TEST(backlog_does_not_hold_the_end_up)
{
	struct worker *worker = start_with_backlog();

	end(worker);
	ck_assert_uint_lt(atomic_load(&shelves[0].rows), BACKLOG);
}
END_TEST

/* Who lets it go does not wait for it. */
START_TEST(worker_leaves_by_itself)
{
	struct worker *worker = start_with_backlog();

	atomic_store(&shelves[0].held, true);
	worker_leave(worker, false);
	ck_assert(!worker_has_left(worker));
	atomic_store(&shelves[0].held, false);
	EVENTUALLY(worker_has_left(worker));
	ck_assert_uint_lt(atomic_load(&shelves[0].rows), BACKLOG);
	end(worker);
}
END_TEST

START_TEST(worker_that_leaves_takes_all_that_there_is)
{
	struct worker *worker = start_with_backlog();

	worker_leave(worker, true);
	ck_assert(!worker_has_left(worker));
	atomic_store(&later_s, 60); /* more than it would have */
	atomic_store(&shelves[0].slow, false);
	EVENTUALLY(worker_has_left(worker));
	ck_assert_uint_eq(atomic_load(&shelves[0].rows), BACKLOG);
	end(worker);
}
END_TEST

/* A database that is away when its journal is given up gets the rest when it is back. */
START_TEST(worker_that_leaves_tries_again_what_failed)
{
	begin();
	atomic_store(&shelves[0].away, true);
	add(0, 700);
	struct worker *worker = start(2);
	worker_leave(worker, true); /* perhaps before its first step */
	EVENTUALLY(atomic_load(&shelves[1].rows) == 700);
	EVENTUALLY(atomic_load(&shelves[0].opened) >= 2);
	ck_assert(!worker_has_left(worker));
	add(700, 701);
	atomic_store(&shelves[0].away, false);
	EVENTUALLY(worker_has_left(worker));
	ck_assert_uint_eq(atomic_load(&shelves[0].rows), 701);
	ck_assert_uint_eq(worker_stop(worker), 0);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(store_that_fails_does_not_hold_the_end_up)
{
	struct worker *worker = start_with_backlog();

	worker_leave(worker, true);
	atomic_store(&shelves[0].broken, true);
	EVENTUALLY(!status_of(worker).stores[0].works);
	ck_assert(!worker_has_left(worker));
	worker_leave(worker, false);
	worker_leave(worker, true); /* too late for that */
	EVENTUALLY(worker_has_left(worker));
	ck_assert_uint_gt(worker_stop(worker), 0);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(backlog_is_told_while_it_is_stored)
{
	struct worker *worker = start_with_backlog();

	EVENTUALLY(status_of(worker).stores[0].behind > 0);
	ck_assert_uint_eq(status_of(worker).octets, 0); /* nothing pruned yet */
	end(worker);
}
END_TEST

START_TEST(files_are_pruned_while_a_long_backlog_is_stored)
{
	struct worker *worker = start_with_backlog();

	atomic_store(&later_s, WORKER_PRUNE_S);
	EVENTUALLY(status_of(worker).octets > 0);
	ck_assert_uint_lt(atomic_load(&shelves[0].rows), BACKLOG);
	end(worker);
}
END_TEST

UNIT_MAIN("worker", records_reach_every_store, restart_goes_on_where_the_store_is,
	  store_that_fails_is_tried_again_and_harms_no_other,
	  lines_that_are_no_record_are_skipped_and_counted, without_memory_no_record_is_skipped,
	  last_records_are_taken_at_the_end, backlog_does_not_hold_the_end_up,
	  worker_leaves_by_itself, worker_that_leaves_takes_all_that_there_is,
	  worker_that_leaves_tries_again_what_failed, store_that_fails_does_not_hold_the_end_up,
	  backlog_is_told_while_it_is_stored, files_are_pruned_while_a_long_backlog_is_stored)
