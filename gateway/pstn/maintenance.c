/* Administrative states by name, hashed, in memory and in a file of one line each. The file is replaced as a
 * whole and says at its end how many lines it has, so that it is the old one, the new one, or seen to be
 * damaged. Names that no trunk or span has now are kept: they may come back with another configuration. */
#include "pstn/maintenance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/log.h"

enum { BUCKETS = 1024, LINE_MAX_OCTETS = 128 };

struct entry {
	struct llist_head entry;
	enum maintenance_state state;
	bool shut; /* LOCKED, by having shut down */
	char name[MAINTENANCE_NAME_MAX];
};

struct maintenance {
	struct llist_head buckets[BUCKETS];
	unsigned n; /* entries: none, and every question has its answer */
	char *dir, *path, *path_new, *path_damaged; /* NULL: nothing is kept */
};

static const char *const state_names[] = {
	[UNLOCKED] = "unlocked",
	[SHUTTING_DOWN] = "shutting-down",
	[LOCKED] = "locked",
};

const char *maintenance_state_name(enum maintenance_state state)
{
	return state_names[state];
}

/* FNV-1a */
static unsigned bucket_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % BUCKETS;
}

static struct entry *find(const struct maintenance *maintenance, const char *name)
{
	struct entry *entry;

	if (!maintenance->n)
		return NULL;
	llist_for_each_entry (entry, &maintenance->buckets[bucket_of(name)], entry) {
		if (!strcmp(entry->name, name))
			return entry;
	}
	return NULL;
}

static struct entry *find_or_add(struct maintenance *maintenance, const char *name)
{
	struct entry *entry = find(maintenance, name);

	if (entry)
		return entry;
	entry = talloc_zero(maintenance, struct entry);
	if (!entry)
		return NULL;
	osmo_strlcpy(entry->name, name, sizeof(entry->name));
	llist_add_tail(&entry->entry, &maintenance->buckets[bucket_of(name)]);
	maintenance->n++;
	return entry;
}

static void drop_if_plain(struct maintenance *maintenance, struct entry *entry)
{
	if (entry->state != UNLOCKED)
		return;
	llist_del(&entry->entry);
	talloc_free(entry);
	maintenance->n--;
}

/* The file */

static int write_entries(const struct maintenance *maintenance, FILE *file)
{
	const struct entry *entry;
	unsigned n = 0;

	fputs("# Crosspoint: what `lock` took out of service. Written by the gateway.\n", file);
	for (unsigned b = 0; b < BUCKETS; b++) {
		llist_for_each_entry (entry, &maintenance->buckets[b], entry) {
			if (entry->state == UNLOCKED)
				continue;
			fprintf(file, "%s %s\n",
				state_names[entry->shut ? SHUTTING_DOWN : entry->state],
				entry->name);
			n++;
		}
	}
	fprintf(file, "end %u\n", n);
	if (fflush(file) || ferror(file) || fsync(fileno(file)))
		return errno ? -errno : -EIO;
	return 0;
}

/* So that the new name outlives a power failure too. */
static int sync_directory(const struct maintenance *maintenance)
{
	int fd = open(maintenance->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err == -EINVAL ? 0 : err; /* a file system that knows no such thing */
}

static int replace_file(const struct maintenance *maintenance)
{
	FILE *file = fopen(maintenance->path_new, "we");
	int err;

	if (!file)
		return errno == ENOMEM ? -EIO
				       : -errno; /* -ENOMEM says that the lock does not hold */
	errno = 0;
	err = write_entries(maintenance, file);
	if (fclose(file) && !err)
		err = -errno;
	if (!err && rename(maintenance->path_new, maintenance->path))
		err = -errno;
	if (err)
		unlink(maintenance->path_new);
	return err ? err : sync_directory(maintenance);
}

static int save(const struct maintenance *maintenance)
{
	int err = maintenance->path ? replace_file(maintenance) : 0;

	if (err)
		LOGP(DISDN, LOGL_NOTICE,
		     "%s cannot be written: %s; locks hold until the gateway ends, not longer\n",
		     maintenance->path, strerror(-err));
	return err;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	}
	return len > 0 && len < MAINTENANCE_NAME_MAX;
}

/* One line without its end. 0, 1 when it was the last one, -EBADMSG, -ENOMEM. */
static int read_line(struct maintenance *maintenance, char *line, unsigned *n)
{
	char *name = strchr(line, ' ');
	struct entry *entry;

	if (*line == '#')
		return 0;
	if (!name)
		return -EBADMSG;
	*name++ = '\0';
	if (!strcmp(line, "end")) {
		char count[16];

		snprintf(count, sizeof(count), "%u", *n);
		return strcmp(name, count) ? -EBADMSG : 1;
	}
	if ((strcmp(line, state_names[LOCKED]) != 0 &&
	     strcmp(line, state_names[SHUTTING_DOWN]) != 0) ||
	    !is_name(name))
		return -EBADMSG;
	entry = find_or_add(maintenance, name);
	if (!entry)
		return -ENOMEM;
	entry->state = LOCKED;
	entry->shut = !strcmp(line, state_names[SHUTTING_DOWN]);
	++*n;
	return 0;
}

/* 0, -ENOMEM, or -EBADMSG with the number of the first line that is wrong: every other one is taken. */
static int read_entries(struct maintenance *maintenance, FILE *file, unsigned *bad_line)
{
	char line[LINE_MAX_OCTETS];
	unsigned n = 0, number = 0;
	int rc = 0;

	*bad_line = 0;
	while (rc != 1 && fgets(line, sizeof(line), file)) {
		size_t len = strcspn(line, "\n");
		bool whole = line[len] == '\n';

		number++;
		line[len] = '\0';
		rc = whole ? read_line(maintenance, line, &n) : -EBADMSG;
		if (rc == -ENOMEM)
			return rc;
		if (rc < 0 && !*bad_line)
			*bad_line = number;
	}
	if (rc != 1 && !*bad_line)
		*bad_line = number + 1;
	return *bad_line ? -EBADMSG : 0;
}

/* What could be read is written anew at once. */
static void set_aside(const struct maintenance *maintenance, const char *why, unsigned line)
{
	bool moved = !rename(maintenance->path, maintenance->path_damaged);

	LOGP(DISDN, LOGL_NOTICE,
	     "%s: %s (line %u); %s %s; what could be read of it holds: look at `show channels`\n",
	     maintenance->path, why, line, moved ? "it is now" : "it could not be moved to",
	     maintenance->path_damaged);
	if (moved)
		save(maintenance);
}

static int load(struct maintenance *maintenance)
{
	FILE *file = fopen(maintenance->path, "re");
	char buffer[BUFSIZ]; /* stdio takes a lack of memory for the end of the file */
	unsigned bad_line = 0;
	int err;

	if (!file && (errno == ENOENT || errno == ENOMEM))
		return errno == ENOENT ? 0 : -ENOMEM;
	if (!file) {
		set_aside(maintenance, strerror(errno), 0);
		return 0;
	}
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	err = read_entries(maintenance, file, &bad_line);
	fclose(file);
	if (err == -EBADMSG)
		set_aside(maintenance, "damaged", bad_line);
	return err == -ENOMEM ? err : 0;
}

static bool make_paths(struct maintenance *maintenance, const char *dir)
{
	maintenance->dir = talloc_strdup(maintenance, dir);
	maintenance->path = talloc_asprintf(maintenance, "%s/maintenance", dir);
	maintenance->path_new = talloc_asprintf(maintenance, "%s/maintenance.new", dir);
	maintenance->path_damaged = talloc_asprintf(maintenance, "%s/maintenance.damaged", dir);
	return maintenance->dir && maintenance->path && maintenance->path_new &&
	       maintenance->path_damaged;
}

struct maintenance *maintenance_new(void *talloc_ctx, const char *state_dir)
{
	struct maintenance *maintenance = talloc_zero(talloc_ctx, struct maintenance);

	if (!maintenance)
		return NULL;
	for (unsigned b = 0; b < BUCKETS; b++)
		INIT_LLIST_HEAD(&maintenance->buckets[b]);
	if (!state_dir)
		return maintenance;
	if (!make_paths(maintenance, state_dir) || load(maintenance) < 0) {
		talloc_free(maintenance);
		return NULL;
	}
	if (access(state_dir, W_OK))
		LOGP(DISDN, LOGL_NOTICE,
		     "%s: %s: locks of trunks and channels will not outlive the gateway; "
		     "`--state DIR` names another directory\n",
		     state_dir, strerror(errno));
	return maintenance;
}

/* The model */

static int set(struct maintenance *maintenance, const char *what, enum maintenance_state state,
	       bool shut)
{
	struct entry *entry = find_or_add(maintenance, what);

	if (!entry)
		return -ENOMEM;
	entry->state = state;
	entry->shut = shut;
	drop_if_plain(maintenance, entry);
	return save(maintenance);
}

int maintenance_set(struct maintenance *maintenance, const char *what, enum maintenance_state state)
{
	return set(maintenance, what, state, false);
}

int maintenance_close(struct maintenance *maintenance, const char *what)
{
	return set(maintenance, what, LOCKED, true);
}

enum maintenance_state maintenance_get(const struct maintenance *maintenance, const char *what)
{
	const struct entry *entry = find(maintenance, what);

	return entry ? entry->state : UNLOCKED;
}

bool maintenance_allows(const struct maintenance *maintenance, const char *trunk,
			const char *channel)
{
	return maintenance_get(maintenance, trunk) == UNLOCKED &&
	       maintenance_get(maintenance, channel) == UNLOCKED;
}

static bool is_locked_outright(const struct maintenance *maintenance, const char *what)
{
	const struct entry *entry = find(maintenance, what);

	return entry && entry->state == LOCKED && !entry->shut;
}

bool maintenance_admits_emergency(const struct maintenance *maintenance, const char *trunk,
				  const char *channel)
{
	return !is_locked_outright(maintenance, trunk) && !is_locked_outright(maintenance, channel);
}
