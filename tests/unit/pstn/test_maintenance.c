/* Administrative states: the rules, and the file that outlives the program. */
#include "tests/unit/unit.h"
#include "tests/unit/oom.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>

#include "base/log.h"
#include "pstn/maintenance.h"

static void *root;
static char dir[64], path[96], damaged[96];
static struct maintenance *m;

static void start(void)
{
	m = maintenance_new(root, dir);
	ck_assert_ptr_nonnull(m);
}

static void restart(void)
{
	talloc_free(m);
	start();
}

static void setup(void)
{
	root = talloc_named_const(NULL, 0, "test");
	log_setup(root);
	strcpy(dir, "/tmp/maintenance-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/maintenance", dir);
	snprintf(damaged, sizeof(damaged), "%s/maintenance.damaged", dir);
	start();
}

static void teardown(void)
{
	char left[96];

	talloc_free(m);
	log_fini();
	talloc_free(root);
	unlink(path);
	unlink(damaged);
	snprintf(left, sizeof(left), "%s/maintenance.new", dir);
	ck_assert_int_eq(unlink(left), -1); /* never left behind */
	ck_assert_int_eq(rmdir(dir), 0);
}

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fclose(file);
}

static size_t read_file(const char *name, char *out, size_t size)
{
	FILE *file = fopen(name, "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(out, 1, size - 1, file);
	fclose(file);
	out[len] = '\0';
	return len;
}

START_TEST(all_is_allowed_until_somebody_locks)
{
	setup();
	ck_assert(maintenance_allows(m, "pstn", "e1-1/17"));
	ck_assert_int_eq(maintenance_get(m, "pstn"), UNLOCKED);
	teardown();
}
END_TEST

START_TEST(lock_bars_the_channel_or_all_of_the_trunk)
{
	setup();
	ck_assert_int_eq(maintenance_set(m, "e1-1/17", LOCKED), 0);
	ck_assert(!maintenance_allows(m, "pstn", "e1-1/17"));
	ck_assert(maintenance_allows(m, "pstn", "e1-1/18"));
	ck_assert_int_eq(maintenance_set(m, "other", SHUTTING_DOWN), 0);
	ck_assert(!maintenance_allows(m, "other", "e1-2/1"));
	ck_assert(maintenance_allows(m, "pstn", "e1-1/1"));
	ck_assert_int_eq(maintenance_set(m, "other", UNLOCKED), 0);
	ck_assert(maintenance_allows(m, "other", "e1-2/1"));
	teardown();
}
END_TEST

START_TEST(states_outlive_the_program)
{
	setup();
	ck_assert_int_eq(maintenance_set(m, "e1-1/17", LOCKED), 0);
	ck_assert_int_eq(maintenance_set(m, "pstn", SHUTTING_DOWN), 0);
	ck_assert_int_eq(maintenance_set(m, "e1-1/3", LOCKED), 0);
	ck_assert_int_eq(maintenance_set(m, "e1-1/3", UNLOCKED), 0);
	restart();
	ck_assert_int_eq(maintenance_get(m, "e1-1/17"), LOCKED);
	ck_assert_int_eq(maintenance_get(m, "pstn"), LOCKED); /* its calls are gone */
	ck_assert_int_eq(maintenance_get(m, "e1-1/3"), UNLOCKED);
	teardown();
}
END_TEST

START_TEST(thousands_of_channels_are_kept)
{
	enum { SPANS = 64, TIMESLOTS = 31 };
	char name[24], *file = malloc(SPANS * TIMESLOTS * 32);
	size_t len = 0;

	setup();
	for (int s = 1; s <= SPANS; s++) {
		for (int t = 1; t <= TIMESLOTS; t++)
			len += sprintf(file + len, "locked e1-%d/%d\n", s, t);
	}
	len += sprintf(file + len, "end %d\n", SPANS * TIMESLOTS);
	write_file(file, len);
	restart();
	free(file);
	for (int s = 1; s <= SPANS; s++) {
		for (int t = 1; t <= TIMESLOTS; t++) {
			snprintf(name, sizeof(name), "e1-%d/%d", s, t);
			ck_assert_msg(maintenance_get(m, name) == LOCKED, "%s", name);
		}
	}
	ck_assert_int_eq(maintenance_set(m, "e1-1/1", UNLOCKED), 0);
	restart();
	ck_assert_int_eq(maintenance_get(m, "e1-1/1"), UNLOCKED);
	ck_assert_int_eq(maintenance_get(m, "e1-64/31"), LOCKED);
	teardown();
}
END_TEST

/* What is wrong with it; the first line of each is good and holds. */
static const struct {
	const char *text;
	bool good;
} files[] = {
	{ "locked e1-1/1\nend 1\n", true },
	{ "# a comment\nlocked e1-1/1\nend 1\n", true },
	{ "locked e1-1/1\n", false },        /* cut off between lines */
	{ "locked e1-1/1\nlock", false },    /* within a line */
	{ "locked e1-1/1\nend 1", false },   /* within the last one */
	{ "locked e1-1/1\nend 2\n", false }, /* a line is missing */
	{ "locked e1-1/1\nend\n", false },
	{ "locked e1-1/1\nend x\n", false },
	{ "locked e1-1/1\nlocked\nend 1\n", false },          /* no name */
	{ "locked e1-1/1\nlocked \nend 1\n", false },         /* an empty one */
	{ "locked e1-1/1\nlocked a b\nend 1\n", false },      /* two */
	{ "locked e1-1/1\nunlocked e1-1/2\nend 1\n", false }, /* never written */
	{ "locked e1-1/1\n\xff\xfe\x01\nend 1\n", false },
	{ "locked e1-1/1\nlocked "
	  "0123456789012345678901234567890123456789012345678901234567890123456789\nend 2\n",
	  false }, /* a name that is too long */
};

START_TEST(damaged_file_is_set_aside_and_what_is_good_of_it_holds)
{
	char back[256];

	setup();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		unlink(damaged);
		write_file(files[i].text, strlen(files[i].text));
		restart();
		ck_assert_msg(maintenance_get(m, "e1-1/1") == LOCKED, "file %zu", i);
		ck_assert_msg((access(damaged, F_OK) != 0) == files[i].good, "file %zu", i);
		if (!files[i].good) {
			read_file(damaged, back, sizeof(back));
			ck_assert_str_eq(back, files[i].text);
		}
		unlink(damaged);
		restart(); /* what holds was written anew, and well */
		ck_assert_msg(maintenance_get(m, "e1-1/1") == LOCKED, "file %zu", i);
		ck_assert_int_ne(access(damaged, F_OK), 0);
	}
	teardown();
}
END_TEST

START_TEST(empty_and_binary_files_are_set_aside)
{
	char octets[4096];

	setup();
	memset(octets, 0, sizeof(octets));
	for (size_t len = 0; len <= sizeof(octets); len += sizeof(octets)) {
		write_file(octets, len);
		restart();
		ck_assert_int_eq(access(damaged, F_OK), 0);
		ck_assert(maintenance_allows(m, "pstn", "e1-1/1"));
		unlink(damaged);
		unlink(path);
	}
	ck_assert_int_eq(mkdir(path, 0700), 0); /* no file at all */
	restart();
	ck_assert_int_eq(rmdir(damaged), 0);
	teardown();
}
END_TEST

START_TEST(line_of_any_length_is_no_trouble)
{
	enum { LEN = 100000 };
	char *text = malloc(LEN);

	setup();
	memset(text, 'x', LEN);
	write_file(text, LEN);
	free(text);
	restart();
	ck_assert_int_eq(access(damaged, F_OK), 0);
	teardown();
}
END_TEST

/* A limit of 0 octets to a file is a full disk, with its own error. */
START_TEST(full_disk_leaves_the_old_file_and_the_lock_holds)
{
	struct rlimit limit, none = { 0 };

	setup();
	ck_assert_int_eq(maintenance_set(m, "e1-1/1", LOCKED), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	none.rlim_max = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	int err = maintenance_set(m, "e1-1/2", LOCKED);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(err, -EFBIG);
	ck_assert_int_eq(maintenance_get(m, "e1-1/2"), LOCKED);
	restart();
	ck_assert_int_eq(maintenance_get(m, "e1-1/1"), LOCKED);
	ck_assert_int_eq(maintenance_get(m, "e1-1/2"), UNLOCKED);
	ck_assert_int_ne(access(damaged, F_OK), 0);
	teardown();
}
END_TEST

START_TEST(what_could_not_be_kept_is_with_the_next_write)
{
	char gone[96];

	setup();
	snprintf(gone, sizeof(gone), "%s.moved", dir);
	ck_assert_int_eq(rename(dir, gone), 0);
	ck_assert_int_eq(maintenance_set(m, "e1-1/1", LOCKED), -ENOENT);
	ck_assert_int_eq(rename(gone, dir), 0);
	ck_assert_int_eq(maintenance_set(m, "e1-1/2", LOCKED), 0);
	restart();
	ck_assert_int_eq(maintenance_get(m, "e1-1/1"), LOCKED);
	teardown();
}
END_TEST

START_TEST(without_a_directory_states_hold_all_the_same)
{
	struct maintenance *none;

	setup();
	none = maintenance_new(root, NULL);
	ck_assert_int_eq(maintenance_set(none, "pstn", LOCKED), 0);
	ck_assert(!maintenance_allows(none, "pstn", "e1-1/1"));
	talloc_free(none);
	none = maintenance_new(root, "/nowhere");
	ck_assert_int_eq(maintenance_set(none, "pstn", LOCKED), -ENOENT);
	ck_assert(!maintenance_allows(none, "pstn", "e1-1/1"));
	talloc_free(none);
	teardown();
}
END_TEST

START_TEST(out_of_memory_is_told_and_changes_nothing)
{
	struct maintenance *made = NULL;
	int err = -ENOMEM;

	setup();
	write_file("locked e1-1/1\nlocked pstn\nend 2\n", 32);
	OOM_EACH(done)
	{
		made = maintenance_new(NULL, dir);
		oom_off();
		done = made != NULL;
		if (made)
			ck_assert_int_eq(maintenance_get(made, "pstn"), LOCKED);
		talloc_free(made);
	}
	OOM_EACH(done)
	{
		err = maintenance_set(m, "e1-1/5", LOCKED);
		oom_off();
		ck_assert_int_eq(maintenance_get(m, "e1-1/5"), err == -ENOMEM ? UNLOCKED : LOCKED);
		done = err == 0;
	}
	teardown();
}
END_TEST

UNIT_MAIN("maintenance", all_is_allowed_until_somebody_locks,
	  lock_bars_the_channel_or_all_of_the_trunk, states_outlive_the_program,
	  thousands_of_channels_are_kept, damaged_file_is_set_aside_and_what_is_good_of_it_holds,
	  empty_and_binary_files_are_set_aside, line_of_any_length_is_no_trouble,
	  full_disk_leaves_the_old_file_and_the_lock_holds,
	  what_could_not_be_kept_is_with_the_next_write,
	  without_a_directory_states_hold_all_the_same, out_of_memory_is_told_and_changes_nothing)
