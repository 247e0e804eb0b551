#include "records/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "records/journal_format.h"

/* The files */

void spool_name(const char *path, unsigned number, char out[SPOOL_NAME_MAX])
{
	if (number)
		snprintf(out, SPOOL_NAME_MAX, "%s.%u", path, number);
	else
		snprintf(out, SPOOL_NAME_MAX, "%s", path);
}

/* The number of a rotated file's name; 0: it is none. */
static unsigned number_of(const char *name, const char *base)
{
	const size_t len = strlen(base);
	char *end;
	unsigned long number;

	if (strncmp(name, base, len) != 0 || name[len] != '.' || name[len + 1] < '1' ||
	    name[len + 1] > '9')
		return 0;
	number = strtoul(name + len + 1, &end, 10);
	return *end || number > UINT32_MAX ? 0 : (unsigned)number;
}

static int ascending(const void *a, const void *b)
{
	const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static int collect(DIR *dir, const char *base, struct spool_files *out)
{
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		unsigned number = number_of(entry->d_name, base), *grown;

		if (!number)
			continue;
		grown = realloc(out->numbers, (out->n + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		out->numbers = grown;
		out->numbers[out->n++] = number;
	}
	if (out->n)
		qsort(out->numbers, out->n, sizeof(*out->numbers), ascending);
	return 0;
}

int spool_list(const char *path, struct spool_files *out)
{
	char dir_path[SPOOL_PATH_MAX], base_path[SPOOL_PATH_MAX];
	DIR *dir;
	int rc;

	snprintf(dir_path, sizeof(dir_path), "%s", path);
	snprintf(base_path, sizeof(base_path), "%s", path);
	*out = (struct spool_files){ 0 };
	dir = opendir(dirname(dir_path));
	if (!dir)
		return -errno;
	rc = collect(dir, basename(base_path), out);
	closedir(dir);
	if (rc < 0) {
		free(out->numbers);
		out->numbers = NULL;
	}
	return rc;
}

/* The i-th file's number; behind the rotated ones FILE itself. */
static unsigned number_at(const struct spool_files *files, size_t i)
{
	return i < files->n ? files->numbers[i] : 0;
}

/* The id of the first record; "": there is no whole one yet. */
static void read_first(int fd, char out[SPOOL_ID_MAX])
{
	const size_t head = strlen(JOURNAL_HEAD);
	char text[SPOOL_ID_MAX + sizeof(JOURNAL_HEAD)] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	out[0] = '\0';
	if (len > (ssize_t)head && memcmp(text, JOURNAL_HEAD, head) == 0)
		snprintf(out, SPOOL_ID_MAX, "%.*s", (int)strcspn(text + head, "\""), text + head);
}

/* Reading */

void spool_begin(struct spool *spool, const char *path, const struct spool_place *from)
{
	*spool = (struct spool){ .fd = -1, .place = *from };
	snprintf(spool->path, sizeof(spool->path), "%s", path);
}

void spool_end(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
}

/* The i-th file as the one at hand. False: it is not there. */
static bool open_at(struct spool *spool, const struct spool_files *files, size_t i)
{
	char name[SPOOL_NAME_MAX];

	spool_end(spool);
	spool_name(spool->path, number_at(files, i), name);
	spool->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	spool->after = i < files->n ? files->numbers[i]
		       : files->n   ? files->numbers[files->n - 1]
				    : 0;
	return spool->fd >= 0;
}

/* The place's file, or from the start the oldest there is. */
static void find_place(struct spool *spool, const struct spool_files *files)
{
	struct stat stat;
	char first[SPOOL_ID_MAX];

	for (size_t i = 0; *spool->place.first && i <= files->n; i++) {
		if (!open_at(spool, files, i))
			continue;
		read_first(spool->fd, first);
		if (strcmp(first, spool->place.first) == 0 && !fstat(spool->fd, &stat) &&
		    stat.st_size >= spool->place.offset)
			return;
	}
	spool->place = (struct spool_place){ .offset = 0 };
	for (size_t i = 0; i <= files->n; i++) {
		if (open_at(spool, files, i))
			return;
	}
}

static bool same_file(int fd, const char *name)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(name, &there) == 0 && there.st_ino == ours.st_ino &&
	       there.st_dev == ours.st_dev;
}

/* No other has been begun: records still go into the one at hand. */
static bool is_last(const struct spool *spool)
{
	return access(spool->path, F_OK) != 0 || same_file(spool->fd, spool->path);
}

/* From the one at hand, which grows no more and may have been moved away, to the one behind it. */
static void to_next(struct spool *spool, const struct spool_files *files)
{
	char name[SPOOL_NAME_MAX];
	size_t next = 0;

	for (size_t i = 0; i < files->n; i++) {
		spool_name(spool->path, files->numbers[i], name);
		if (files->numbers[i] <= spool->after || same_file(spool->fd, name))
			next = i + 1;
	}
	spool->place = (struct spool_place){ .offset = 0 };
	while (next <= files->n && !open_at(spool, files, next))
		next++;
}

static int read_on(struct spool *spool, char out[SPOOL_CHUNK])
{
	ssize_t len = pread(spool->fd, out, SPOOL_CHUNK, spool->place.offset);
	const char *end = len > 0 ? memrchr(out, '\n', (size_t)len) : NULL;

	if (len < 0)
		return -errno;
	if (!end)
		return len == SPOOL_CHUNK ? -EBADMSG : 0; /* no line is that long */
	if (!*spool->place.first)
		read_first(spool->fd, spool->place.first);
	spool->place.offset += end + 1 - out;
	return (int)(end + 1 - out);
}

static int list_and(struct spool *spool, void (*act)(struct spool *, const struct spool_files *))
{
	struct spool_files files;
	int rc = spool_list(spool->path, &files);

	if (rc == 0)
		act(spool, &files);
	free(files.numbers);
	return rc;
}

int spool_seek(struct spool *spool)
{
	return spool->fd >= 0 ? 0 : list_and(spool, find_place);
}

int spool_read(struct spool *spool, char out[SPOOL_CHUNK])
{
	int rc = spool_seek(spool);

	while (rc == 0 && spool->fd >= 0) {
		const bool last = is_last(spool); /* asked before its last lines are read */

		rc = read_on(spool, out);
		if (rc || last)
			break;
		rc = list_and(spool, to_next);
	}
	return rc;
}

static uint64_t size_of(const char *name)
{
	struct stat there;

	return stat(name, &there) == 0 ? (uint64_t)there.st_size : 0;
}

/* Where the reader is among the files; files->n + 1: at none of them. */
static size_t index_of(const struct spool *spool, const struct spool_files *files)
{
	char name[SPOOL_NAME_MAX];
	size_t i = 0;

	for (; i <= files->n; i++) {
		spool_name(spool->path, number_at(files, i), name);
		if (spool->fd >= 0 && same_file(spool->fd, name))
			break;
	}
	return i;
}

uint64_t spool_behind(const struct spool *spool)
{
	struct spool_files files;
	char name[SPOOL_NAME_MAX];
	uint64_t octets = 0;
	size_t i;

	if (spool_list(spool->path, &files) < 0)
		return 0;
	i = index_of(spool, &files);
	if (i <= files.n)
		octets -= (uint64_t)spool->place.offset;
	else
		i = 0;
	for (; i <= files.n; i++) {
		spool_name(spool->path, number_at(&files, i), name);
		octets += size_of(name);
	}
	free(files.numbers);
	return octets;
}

/* Pruning */

/* All readers are behind the i-th file. */
static bool is_read(const struct spool *const *readers, size_t n, const struct spool_files *files,
		    size_t i)
{
	for (size_t r = 0; r < n; r++) {
		size_t at = index_of(readers[r], files);

		if (at <= i || at > files->n)
			return false;
	}
	return true;
}

static bool is_old(const char *name, int64_t max_age_s)
{
	struct stat there;

	return stat(name, &there) == 0 && time(NULL) - there.st_mtime > max_age_s;
}

int spool_prune(const char *path, const struct spool *const *readers, size_t n, int64_t max_age_s,
		uint64_t max_octets, struct spool_pruned *out)
{
	struct spool_files files;
	char name[SPOOL_NAME_MAX];
	int rc = spool_list(path, &files);

	*out = (struct spool_pruned){ .octets = size_of(path) };
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < files.n; i++) {
		spool_name(path, files.numbers[i], name);
		out->octets += size_of(name);
	}
	for (size_t i = 0; i < files.n; i++) {
		const bool read = is_read(readers, n, &files, i);
		uint64_t octets;

		spool_name(path, files.numbers[i], name);
		octets = size_of(name);
		if (out->octets <= max_octets && !(read && is_old(name, max_age_s)))
			continue;
		if (unlink(name))
			continue;
		out->octets -= octets;
		out->unread += !read;
	}
	free(files.numbers);
	return 0;
}
