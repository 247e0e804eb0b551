/* "/var/lib/crosspoint/calls.jsonl": a path a line. */
#include "records/left.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/log.h"
#include "records/spool.h"
#include "records/store.h"

enum { LOOK_S = 10 /* between two looks for files that are gone */, NOTES_MAX = 64 };

struct note {
	struct llist_head entry;
	char journal[STORE_AT_MAX];
	bool told;
};

struct left {
	char *path; /* NULL: nothing is kept */
	struct llist_head notes;
	unsigned n;
	struct osmo_timer_list look;
};

const char *left_object(const char *journal)
{
	const size_t len = strlen(journal);

	return len < ALARM_OBJECT_MAX ? journal : journal + len - (ALARM_OBJECT_MAX - 1);
}

/* The file */

static bool put_notes(FILE *file, const struct left *left)
{
	const struct note *note;

	llist_for_each_entry (note, &left->notes, entry)
		fprintf(file, "%s\n", note->journal);
	return !fflush(file) && !ferror(file); /* nobody waits for the disk to have an alarm */
}

static int write_file(const struct left *left, const char *path_new)
{
	FILE *file = fopen(path_new, "we");
	int err = 0;

	if (!file)
		return -errno;
	if (!put_notes(file, left))
		err = errno ? -errno : -EIO;
	if (fclose(file) && !err)
		err = -EIO;
	if (!err && rename(path_new, left->path))
		err = -errno;
	if (err)
		unlink(path_new);
	return err;
}

static void save(const struct left *left)
{
	char path_new[STORE_AT_MAX + 8];
	int err;

	if (!left->path)
		return;
	snprintf(path_new, sizeof(path_new), "%s.new", left->path);
	if (left->n)
		err = write_file(left, path_new);
	else
		err = unlink(left->path) && errno != ENOENT ? -errno : 0;
	if (err)
		LOGP(DCALL, LOGL_NOTICE,
		     "%s cannot be written: %s; the next start does not know which journals of "
		     "call records are not all stored\n",
		     left->path, strerror(-err));
}

/* The notes */

static struct note *find(const struct left *left, const char *journal)
{
	struct note *note;

	llist_for_each_entry (note, &left->notes, entry)
		if (strcmp(note->journal, journal) == 0)
			return note;
	return NULL;
}

static bool add(struct left *left, const char *journal)
{
	struct note *note;

	if (find(left, journal) || left->n == NOTES_MAX || strlen(journal) >= STORE_AT_MAX ||
	    !(note = talloc_zero(left, struct note)))
		return false;
	OSMO_STRLCPY_ARRAY(note->journal, journal);
	llist_add_tail(&note->entry, &left->notes);
	left->n++;
	osmo_timer_schedule(&left->look, LOOK_S, 0);
	return true;
}

static void drop(struct left *left, struct note *note)
{
	if (note->told)
		alarm_clear(ALARM_RECORDS_LEFT, left_object(note->journal));
	llist_del(&note->entry);
	talloc_free(note);
	left->n--;
}

void left_note(struct left *left, const char *journal)
{
	if (add(left, journal))
		save(left);
}

void left_done(struct left *left, const char *journal)
{
	struct note *note = find(left, journal);

	if (!note)
		return;
	drop(left, note);
	save(left);
}

void left_tell(struct left *left, bool (*reads)(void *data, const char *journal), void *data)
{
	struct note *note;

	llist_for_each_entry (note, &left->notes, entry) {
		const bool tell = !reads(data, note->journal);

		if (tell)
			alarm_raise(ALARM_RECORDS_LEFT, left_object(note->journal), "",
				    "since before the start; nobody stores it now");
		else if (note->told)
			alarm_clear(ALARM_RECORDS_LEFT, left_object(note->journal));
		note->told = tell;
	}
}

/* False: nothing of it is there, by any number. */
static bool is_there(const char *journal)
{
	struct spool_files files = { .n = 0 };
	const int rc = spool_list(journal, &files);
	bool there = access(journal, F_OK) == 0 || (rc < 0 && rc != -ENOENT) || files.n;

	free(files.numbers);
	return there;
}

static void on_look(void *data)
{
	struct left *left = data;
	struct note *note, *next;
	const unsigned before = left->n;

	llist_for_each_entry_safe (note, next, &left->notes, entry)
		if (!is_there(note->journal))
			drop(left, note);
	if (left->n != before)
		save(left);
	if (left->n)
		osmo_timer_schedule(&left->look, LOOK_S, 0);
}

static void restore(struct left *left)
{
	FILE *file = fopen(left->path, "re");
	char line[STORE_AT_MAX + 1];
	bool cut = false; /* this is the rest of a line that is too long */

	if (!file)
		return;
	while (left->n < NOTES_MAX && fgets(line, sizeof(line), file)) {
		char *end = strchr(line, '\n');

		if (end && !cut && end > line) {
			*end = '\0';
			add(left, line);
		}
		cut = !end;
	}
	fclose(file);
}

struct left *left_new(void *talloc_ctx, const char *state_dir)
{
	struct left *left = talloc_zero(talloc_ctx, struct left);

	if (!left)
		return NULL;
	INIT_LLIST_HEAD(&left->notes);
	osmo_timer_setup(&left->look, on_look, left);
	if (!state_dir || strlen(state_dir) + sizeof("/records-left") > STORE_AT_MAX)
		return left;
	left->path = talloc_asprintf(left, "%s/records-left", state_dir);
	if (left->path)
		restore(left);
	return left;
}

void left_free(struct left *left)
{
	if (!left)
		return;
	osmo_timer_del(&left->look);
	talloc_free(left);
}
