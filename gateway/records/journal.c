/* The file of call records and the slots of calls in progress. A slot is written by one pwrite(2) inside one page
 * of memory, which a kill cannot tear; a record by one write(2), whose torn end is cut off at the next start. */
#include "records/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/log.h"
#include "records/spool.h"

enum { ID_MAX = 64, TAIL = 2 * JOURNAL_LINE_MAX };

struct waiting {
	struct llist_head entry;
	int slot;
	char line[JOURNAL_LINE_MAX + 1]; /* with its line end */
};

struct journal {
	char *path;
	int fd, slots_fd;
	int *free; /* slots; room for n_slots */
	size_t n_free, n_slots, slot_len;
	size_t rotate_at;
	unsigned last_number; /* of rotated files, at least */
	void (*on_put)(void *data);
	void *on_put_data;
	struct llist_head waiting; /* of struct waiting, the oldest first */
	struct osmo_timer_list retry;
	int append_err, slot_err; /* of the last attempt, 0: it went well */
	struct journal_status status;
};

/* The alarm */

static void tell_state(const struct journal *journal)
{
	int err = journal->append_err ? journal->append_err : journal->slot_err;
	char text[ALARM_TEXT_MAX];

	if (!err && llist_empty(&journal->waiting)) {
		alarm_clear(ALARM_RECORDS, "");
		return;
	}
	snprintf(text, sizeof(text), "%s; %zu wait, %llu lost", strerror(-err),
		 journal->status.waiting, (unsigned long long)journal->status.lost);
	alarm_raise(ALARM_RECORDS, "", "", text);
}

/* The file of records */

static bool begins_record(const char *text, size_t len)
{
	const size_t head = strlen(JOURNAL_HEAD);

	return len > head && memcmp(text, JOURNAL_HEAD, head) == 0;
}

/* Where zeros begin at the end of the file: some file systems leave them there when power fails. Or -errno. */
static off_t end_of_text(int fd, off_t size)
{
	char text[TAIL];

	while (size) {
		const off_t from = size > TAIL ? size - TAIL : 0;
		ssize_t len = pread(fd, text, (size_t)(size - from), from);

		if (len != size - from)
			return len < 0 ? -errno : -EIO;
		while (len && !text[len - 1])
			len--;
		size = from + len;
		if (len)
			break;
	}
	return size;
}

/* The file's end, cut off behind the last whole line if need be. last: the id of the last record, "" for none. 0,
 * or -EINVAL when it is no file of call records, which is left as it is. */
static int repair_end(int fd, off_t size, char last[ID_MAX])
{
	const off_t text_end = end_of_text(fd, size);
	const off_t from = text_end > TAIL ? text_end - TAIL : 0;
	char text[TAIL];
	ssize_t len = text_end < 0 ? 0 : pread(fd, text, (size_t)(text_end - from), from);
	const char *end = len > 0 ? memrchr(text, '\n', (size_t)len) : NULL;
	const char *torn = end ? end + 1 : text, *line;

	last[0] = '\0';
	if (text_end < 0)
		return (int)text_end;
	if (len != text_end - from)
		return len < 0 ? -errno : -EIO;
	if (torn < text + len && (*torn != '{' || (!end && from)))
		return -EINVAL;
	if (end) {
		line = memrchr(text, '\n', (size_t)(end - text));
		line = line ? line + 1 : text;
		if (!begins_record(line, (size_t)(end - line)))
			return -EINVAL;
		line += strlen(JOURNAL_HEAD);
		snprintf(last, ID_MAX, "%.*s", (int)strcspn(line, "\"\n"), line);
	}
	if (from + (torn - text) == size)
		return 0;
	return ftruncate(fd, from + (torn - text)) ? -errno : 0;
}

/* A descriptor or -errno. */
static int open_records(const char *path, char last[ID_MAX])
{
	struct stat stat;
	int err, fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat))
		err = -errno;
	else if (!S_ISREG(stat.st_mode))
		err = -EINVAL;
	else
		err = repair_end(fd, stat.st_size, last);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/* Somebody may have moved the file away to keep it. ours: of the file that is written to. 0 or -errno. */
static int follow_rotation(struct journal *journal, struct stat *ours)
{
	struct stat there;
	char last[ID_MAX];
	int fd;

	if (fstat(journal->fd, ours))
		return -errno;
	if (stat(journal->path, &there) == 0 && there.st_ino == ours->st_ino &&
	    there.st_dev == ours->st_dev)
		return 0;
	fd = open_records(journal->path, last);
	if (fd < 0)
		return fd;
	close(journal->fd);
	journal->fd = fd;
	return fstat(fd, ours) ? -errno : 0;
}

/* Before a record is written, never after: the last one stays where the next start looks for it. Where it cannot be
 * done the file grows on. */
static int rotate(struct journal *journal, struct stat *ours)
{
	char to[SPOOL_NAME_MAX];

	if ((size_t)ours->st_size < journal->rotate_at)
		return 0;
	do {
		spool_name(journal->path, ++journal->last_number, to);
	} while (renameat2(AT_FDCWD, journal->path, AT_FDCWD, to, RENAME_NOREPLACE) &&
		 errno == EEXIST);
	return follow_rotation(journal, ours);
}

static int find_last_number(struct journal *journal)
{
	struct spool_files files;
	int rc = spool_list(journal->path, &files);

	if (rc == 0 && files.n)
		journal->last_number = files.numbers[files.n - 1];
	free(files.numbers);
	return rc;
}

/* line: with its line end. All of it or nothing. 0 or -errno. */
static int append(struct journal *journal, const char *line)
{
	const size_t len = strlen(line);
	struct stat before;
	int err = follow_rotation(journal, &before);

	if (!err)
		err = rotate(journal, &before);
	if (!err) {
		ssize_t n = write(journal->fd, line, len);

		if (n < 0)
			err = -errno;
		else if ((size_t)n < len) /* the disk is full: take the torn line back */
			err = ftruncate(journal->fd, before.st_size) ? -errno : -ENOSPC;
	}
	journal->append_err = err;
	if (!err)
		journal->status.written++;
	if (!err && journal->on_put)
		journal->on_put(journal->on_put_data);
	return err;
}

/* The slots */

static off_t slot_at(const struct journal *journal, int slot)
{
	return (off_t)slot * (off_t)journal->slot_len;
}

static int write_slot(const struct journal *journal, int slot, const char *text, size_t len)
{
	char image[JOURNAL_LINE_MAX];
	ssize_t n;

	if (len >= journal->slot_len)
		return -EMSGSIZE;
	memset(image, ' ', sizeof(image));
	memcpy(image, text, len);
	image[journal->slot_len - 1] = '\n';
	n = pwrite(journal->slots_fd, image, journal->slot_len, slot_at(journal, slot));
	return n == (ssize_t)journal->slot_len ? 0 : n < 0 ? -errno : -ENOSPC;
}

int journal_take(struct journal *journal)
{
	int *grown;

	if (journal->n_free)
		return journal->free[--journal->n_free];
	grown = talloc_realloc(journal, journal->free, int, journal->n_slots + 1);
	if (!grown)
		return JOURNAL_NO_SLOT;
	journal->free = grown;
	return (int)journal->n_slots++;
}

void journal_drop(struct journal *journal, int slot)
{
	if (slot == JOURNAL_NO_SLOT)
		return;
	journal->slot_err = write_slot(journal, slot, "", 0);
	journal->free[journal->n_free++] = slot;
}

void journal_keep(struct journal *journal, int slot, const char *line)
{
	const size_t len = strlen(line);

	if (slot == JOURNAL_NO_SLOT || len >= journal->slot_len)
		return;
	journal->slot_err = write_slot(journal, slot, line, len);
	if (journal->slot_err)
		tell_state(journal);
}

/* Complete records */

static void flush(struct journal *journal)
{
	struct waiting *first, *next;

	llist_for_each_entry_safe (first, next, &journal->waiting, entry) {
		if (append(journal, first->line))
			break;
		journal_drop(journal, first->slot);
		llist_del(&first->entry);
		talloc_free(first);
		journal->status.waiting--;
	}
	if (!llist_empty(&journal->waiting))
		osmo_timer_schedule(&journal->retry, JOURNAL_RETRY_S, 0);
	tell_state(journal);
}

static void on_retry(void *data)
{
	flush(data);
}

/* In memory, in order. One that finds no room stays in its slot until the next start; without one it is lost. */
static void wait_for_room(struct journal *journal, int slot, const char *line)
{
	struct waiting *waiting = journal->status.waiting < JOURNAL_WAIT_MAX
					  ? talloc_zero(journal, struct waiting)
					  : NULL;

	if (!waiting) {
		journal->status.lost += slot == JOURNAL_NO_SLOT || journal->slot_err;
		return;
	}
	waiting->slot = slot;
	snprintf(waiting->line, sizeof(waiting->line), "%s", line);
	llist_add_tail(&waiting->entry, &journal->waiting);
	journal->status.waiting++;
}

void journal_put(struct journal *journal, int slot, const char *line)
{
	char whole[JOURNAL_LINE_MAX + 1];

	if (strlen(line) >= JOURNAL_LINE_MAX) {
		LOGP(DCALL, LOGL_ERROR, "a call record of %zu octets is left out\n", strlen(line));
		journal->status.lost++;
		journal_drop(journal, slot);
		return;
	}
	journal_keep(journal, slot, line);
	snprintf(whole, sizeof(whole), "%s\n", line);
	if (llist_empty(&journal->waiting) && !append(journal, whole)) {
		journal_drop(journal, slot);
		tell_state(journal);
		return;
	}
	wait_for_room(journal, slot, whole);
	flush(journal);
}

/* What a killed process left */

/* Takes len octets of a slot: a record that is whole, on one line. */
static bool is_record(const char *text, size_t len)
{
	bool plain = begins_record(text, len) && !memchr(text, '\n', len);
	json_t *tree = plain ? json_loadb(text, len, 0, NULL) : NULL;

	json_decref(tree);
	return tree;
}

static bool has_id(const char *text, const char *id)
{
	const size_t len = strlen(id);

	return len && strncmp(text + strlen(JOURNAL_HEAD), id, len) == 0 &&
	       text[strlen(JOURNAL_HEAD) + len] == '"';
}

static void recover_slot(struct journal *journal, int slot, char *text, const char *last)
{
	size_t len = journal->slot_len - 1, open_len = strlen(JOURNAL_OPEN);
	char line[JOURNAL_LINE_MAX + sizeof(JOURNAL_INTERRUPTED)];

	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	if (len && !is_record(text, len))
		LOGP(DCALL, LOGL_ERROR, "%s.open: slot %d is damaged, and lost\n", journal->path,
		     slot);
	if (!len || !is_record(text, len) || has_id(text, last)) {
		journal_drop(journal, slot);
		return;
	}
	if (len > open_len && strcmp(text + len - open_len, JOURNAL_OPEN) == 0) {
		len -= open_len;
		journal->status.interrupted++;
		snprintf(line, sizeof(line), "%.*s%s", (int)len, text, JOURNAL_INTERRUPTED);
		journal_put(journal, slot, line);
		return;
	}
	journal_put(journal, slot, text);
}

/* A slot holds one line: its end tells how long slots were when the file was written. */
static size_t slot_len(int fd)
{
	char end = '\0';

	return pread(fd, &end, 1, JOURNAL_LINE_EARLIER - 1) == 1 && end == '\n'
		       ? JOURNAL_LINE_EARLIER
		       : JOURNAL_LINE_MAX;
}

/* Slots of the earlier length are given up once all are free; until then longer records are not kept there. */
static void begin_slots(struct journal *journal)
{
	if (journal->slot_len == JOURNAL_LINE_MAX || journal->n_free < journal->n_slots ||
	    ftruncate(journal->slots_fd, 0))
		return;
	journal->slot_len = JOURNAL_LINE_MAX;
	journal->n_slots = journal->n_free = 0;
}

static int recover(struct journal *journal, const char *last)
{
	char text[JOURNAL_LINE_MAX];
	struct stat stat;
	size_t n;

	if (fstat(journal->slots_fd, &stat))
		return -errno;
	journal->slot_len = slot_len(journal->slots_fd);
	n = (size_t)stat.st_size / journal->slot_len;
	journal->free = talloc_array(journal, int, n + 1);
	if (!journal->free)
		return -ENOMEM;
	journal->n_slots = n;
	for (int slot = 0; slot < (int)n; slot++) {
		const ssize_t want = (ssize_t)journal->slot_len;

		if (pread(journal->slots_fd, text, journal->slot_len, slot_at(journal, slot)) !=
		    want)
			return -EIO;
		recover_slot(journal, slot, text, last);
	}
	begin_slots(journal);
	if (journal->status.interrupted)
		LOGP(DCALL, LOGL_NOTICE, "%s: %llu calls of an earlier run were interrupted\n",
		     journal->path, (unsigned long long)journal->status.interrupted);
	return 0;
}

/* Open and close */

static int open_slots(struct journal *journal)
{
	char *path = talloc_asprintf(journal, "%s.open", journal->path);
	struct stat stat;

	if (!path)
		return -ENOMEM;
	journal->slots_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	talloc_free(path);
	if (journal->slots_fd < 0 || fstat(journal->slots_fd, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	if (flock(journal->slots_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return 0;
}

static int journal_destructor(struct journal *journal)
{
	osmo_timer_del(&journal->retry);
	if (journal->fd >= 0)
		close(journal->fd);
	if (journal->slots_fd >= 0)
		close(journal->slots_fd);
	return 0;
}

static const char *advice(int err)
{
	switch (err) {
	case -EBUSY:
		return ": another gateway writes there";
	case -EINVAL:
		return ": it holds something else than call records, or it or its .open is no "
		       "plain "
		       "file; move it away, or name another";
	case -EISDIR:
		return ": it or its .open is one; name a file";
	case -EACCES:
		return ": give the gateway's user the right to write there";
	case -ENOENT:
		return ": make the directory first";
	default:
		return "";
	}
}

struct journal *journal_open(void *talloc_ctx, const char *path, int *err)
{
	struct journal *journal = talloc_zero(talloc_ctx, struct journal);
	char last[ID_MAX];

	*err = -ENOMEM;
	if (!journal)
		return NULL;
	journal->fd = journal->slots_fd = -1;
	INIT_LLIST_HEAD(&journal->waiting);
	osmo_timer_setup(&journal->retry, on_retry, journal);
	talloc_set_destructor(journal, journal_destructor);
	journal->path = talloc_strdup(journal, path);
	journal->rotate_at = JOURNAL_ROTATE;
	if (journal->path)
		*err = open_slots(journal);
	if (!*err)
		*err = find_last_number(journal);
	if (!*err) {
		journal->fd = open_records(path, last);
		*err = journal->fd < 0 ? journal->fd : recover(journal, last);
	}
	if (*err) {
		LOGP(DCALL, LOGL_ERROR, "call records cannot be kept in %s: %s%s\n", path,
		     strerror(-*err), advice(*err));
		talloc_free(journal);
		return NULL;
	}
	return journal;
}

/* Records that wait, into their slots; how many did not get there. */
static size_t save_waiting(struct journal *journal)
{
	const struct waiting *waiting;
	size_t lost = 0;

	llist_for_each_entry (waiting, &journal->waiting, entry) {
		const size_t len = strlen(waiting->line) - 1;

		lost += waiting->slot == JOURNAL_NO_SLOT ||
			write_slot(journal, waiting->slot, waiting->line, len);
	}
	return lost;
}

void journal_close(struct journal *journal)
{
	size_t lost;

	if (!journal)
		return;
	flush(journal);
	lost = save_waiting(journal);
	if (journal->status.waiting)
		LOGP(DCALL, LOGL_ERROR,
		     "%s: %zu call records wait for the next start, %zu are lost: %s\n",
		     journal->path, journal->status.waiting - lost, lost,
		     strerror(-journal->append_err));
	else if (journal->n_free == journal->n_slots && ftruncate(journal->slots_fd, 0))
		LOGP(DCALL, LOGL_ERROR, "%s.open: %s\n", journal->path, strerror(errno));
	alarm_clear(ALARM_RECORDS, "");
	talloc_free(journal);
}

const char *journal_path(const struct journal *journal)
{
	return journal->path;
}

void journal_rotate_at(struct journal *journal, size_t octets)
{
	journal->rotate_at = octets;
}

void journal_watch(struct journal *journal, void (*fn)(void *data), void *data)
{
	journal->on_put = fn;
	journal->on_put_data = data;
}

void journal_read_status(const struct journal *journal, struct journal_status *out)
{
	*out = journal->status;
	out->path = journal->path;
}
