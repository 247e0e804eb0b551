/* Lock and unlock of trunks and channels (X.731 7.1), whatever the protocol. */
#include "tests/unit/pstn/rig.c"
#include "tests/unit/oom.h"

#include <stdio.h>
#include <unistd.h>

/* A call is there, and nothing that the auditor looks at. */
static const enum channel_state BUSY = CHANNEL_CLEARING;

struct wanted_channel {
	const char *name;
	struct channel_status status;
};

static bool match_channel(void *data, const struct channel_status *status)
{
	struct wanted_channel *wanted = data;

	if (strcmp(status->name, wanted->name) != 0)
		return true;
	wanted->status = *status;
	return false;
}

/* "locked enabled idle " */
static const char *states(const char *channel)
{
	static char text[96];
	struct wanted_channel wanted = { .name = channel };

	channels_each(trunks, match_channel, &wanted);
	snprintf(text, sizeof(text), "%s %s %s %s", wanted.status.administrative,
		 wanted.status.operational, wanted.status.usage, wanted.status.availability);
	return text;
}

static bool first_trunk(void *data, const struct trunk_status *status)
{
	*(struct trunk_status *)data = *status;
	return false;
}

static struct trunk_status trunk_a(void)
{
	struct trunk_status status;

	trunks_each(trunks, first_trunk, &status);
	return status;
}

START_TEST(states_are_those_of_x731)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	channel_of("a", 2)->state = CHANNEL_DOWN;
	channel_of("a", 3)->remote_blocked = true;
	ck_assert_str_eq(states("e1-1/1"), "unlocked enabled busy ");
	ck_assert_str_eq(states("e1-1/2"), "unlocked disabled idle failed");
	ck_assert_str_eq(states("e1-1/3"), "unlocked enabled idle remote-blocked");
	ck_assert_str_eq(trunk_a().administrative, "unlocked");
	ck_assert_uint_eq(trunk_a().locked, 0);
	rig_down();
}
END_TEST

START_TEST(idle_channel_is_locked_at_once_however_asked)
{
	rig_up(NULL);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_GRACEFUL, 60), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/3", LOCK_NOW, 0), 0);
	for (unsigned t = 1; t <= CHANNELS; t++)
		ck_assert_str_eq(channel_of("a", t)->told, "-");
	ck_assert_str_eq(states("e1-1/1"), "locked enabled idle ");
	ck_assert_uint_eq(trunk_a().locked, 3);
	ck_assert_str_eq(trunk_a().administrative, "unlocked");
	ck_assert_str_eq(channel_of("b", 1)->told, "");
	rig_down();
}
END_TEST

START_TEST(unlock_tells_the_line_once)
{
	rig_up(NULL);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOT, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOT, 0), 0);
	ck_assert_str_eq(channel_of("a", 1)->told, "-+");
	ck_assert_str_eq(states("e1-1/1"), "unlocked enabled idle ");
	rig_down();
}
END_TEST

START_TEST(graceful_waits_for_the_call)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 0), 0);
	ck_assert_str_eq(states("e1-1/1"), "shutting-down enabled busy ");
	clock_advance(3600ULL * S);
	ck_assert_str_eq(channel_of("a", 1)->told, ""); /* for ever */
	channel_of("a", 1)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert_str_eq(states("e1-1/1"), "locked enabled idle ");
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	rig_down();
}
END_TEST

START_TEST(graceful_clears_the_call_when_its_time_is_over)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 30), 0);
	clock_advance(29 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	clock_advance(2 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	ck_assert_uint_eq(channel_of("a", 1)->cause, CAUSE_TEMPORARY_FAILURE);
	ck_assert_str_eq(states("e1-1/1"), "locked enabled busy ");
	channel_of("a", 1)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "c-"); /* the line hears of it last */
	rig_down();
}
END_TEST

START_TEST(unlock_ends_shutting_down)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 30), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOT, 0), 0);
	clock_advance(60 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	ck_assert_str_eq(states("e1-1/1"), "unlocked enabled busy ");
	rig_down();
}
END_TEST

START_TEST(graceful_may_be_hurried)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 3600), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 10), 0);
	clock_advance(12 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_GRACEFUL, 0), 0);
	channel_of("a", 3)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/3", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/3", LOCK_NOW, 0), 0);
	ck_assert_str_eq(channel_of("a", 3)->told, "c");
	rig_down();
}
END_TEST

START_TEST(trunk_shuts_down_until_its_last_call_is_over)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	channel_of("a", 2)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_GRACEFUL, 0), 0);
	ck_assert_str_eq(trunk_a().administrative, "shutting-down");
	ck_assert_uint_eq(trunk_a().locked, 3);
	ck_assert_str_eq(channel_of("a", 3)->told, "-"); /* idle: at once */
	channel_of("a", 1)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	ck_assert_str_eq(trunk_a().administrative, "shutting-down");
	channel_of("a", 2)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert_str_eq(trunk_a().administrative, "locked");
	ck_assert(alarm_stands(ALARM_TRUNK_LOCKED, "a"));
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOT, 0), 0);
	for (unsigned t = 1; t <= CHANNELS; t++)
		ck_assert_str_eq(channel_of("a", t)->told, "-+");
	ck_assert_str_eq(channel_of("b", 1)->told, "");
	rig_down();
}
END_TEST

START_TEST(trunk_without_grace_clears_every_call)
{
	rig_up(NULL);
	channel_of("a", 1)->state = BUSY;
	channel_of("a", 2)->state = BUSY;
	channel_of("b", 1)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOW, 0), 0);
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	ck_assert_str_eq(channel_of("a", 2)->told, "c");
	ck_assert_str_eq(channel_of("a", 3)->told, "-");
	ck_assert_str_eq(channel_of("b", 1)->told, "");
	rig_down();
}
END_TEST

START_TEST(channel_stays_locked_when_its_trunk_is_unlocked)
{
	rig_up(NULL);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOT, 0), 0);
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	ck_assert_str_eq(channel_of("a", 2)->told, "-+");
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOT, 0), 0);
	ck_assert_str_eq(states("e1-1/1"), "locked enabled idle "); /* by its trunk */
	rig_down();
}
END_TEST

START_TEST(what_is_not_there_cannot_be_locked)
{
	static const char *const names[] = { "c",       "e1-1",    "e1-1/",
					     "e1-1/0",  "e1-1/4",  "e1-1/16",
					     "e1-1/32", "e1-1/1x", "e1-3/1",
					     "e1-/1",   "/1",      "",
					     "e1-1/-1", "e1-1/01", "e1-1/99999999999" };

	rig_up(NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(trunks_lock(trunks, names[i], LOCK_NOW, 0) == -ENOENT, "%s",
			      names[i]);
	rig_down();
}
END_TEST

START_TEST(locks_outlive_trunk_and_program)
{
	char dir[] = "/tmp/trunks-XXXXXX", path[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	rig_up(dir);
	channel_of("b", 2)->state = BUSY;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "b", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(apply(0), 0); /* out of the configuration, and back */
	ck_assert_int_eq(apply(2), 0);
	ck_assert_str_eq(channel_of("a", 2)->told, "-");
	trunks_free(trunks);
	trunks_up(dir);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	ck_assert_str_eq(channel_of("a", 2)->told, "-");
	ck_assert_str_eq(channel_of("b", 2)->told, "-");
	ck_assert_str_eq(states("e1-2/2"), "locked enabled idle "); /* its calls are gone */
	ck_assert(alarm_stands(ALARM_TRUNK_LOCKED, "b"));
	rig_down();
	snprintf(path, sizeof(path), "%s/maintenance", dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(lock_that_cannot_be_written_down_holds_and_says_so)
{
	rig_up("/nowhere");
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOW, 0), -ENOTDIR);
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	rig_down();
}
END_TEST

START_TEST(out_of_memory_is_told_and_what_is_said_holds)
{
	struct trunks *made = NULL;
	int err = -ENOMEM;

	rig_up(NULL);
	OOM_EACH(done)
	{
		made = trunks_new(root, hub, mg, NULL);
		oom_off();
		done = made != NULL;
	}
	trunks_free(made);
	channel_of("a", 1)->state = BUSY;
	OOM_EACH(done)
	{
		err = trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 10);
		oom_off();
		ck_assert_str_eq(states("e1-1/1"),
				 err ? "unlocked enabled busy " : "shutting-down enabled busy ");
		done = err == 0;
	}
	clock_advance(12 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	rig_down();
}
END_TEST

UNIT_MAIN("trunks_lock", states_are_those_of_x731, idle_channel_is_locked_at_once_however_asked,
	  unlock_tells_the_line_once, graceful_waits_for_the_call,
	  graceful_clears_the_call_when_its_time_is_over, unlock_ends_shutting_down,
	  graceful_may_be_hurried, trunk_shuts_down_until_its_last_call_is_over,
	  trunk_without_grace_clears_every_call, channel_stays_locked_when_its_trunk_is_unlocked,
	  what_is_not_there_cannot_be_locked, locks_outlive_trunk_and_program,
	  lock_that_cannot_be_written_down_holds_and_says_so,
	  out_of_memory_is_told_and_what_is_said_holds)
