/* "quarter trunk pstn 1795953600 ...": the members of the figures in the order of the table. */
#include "call/traffic_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/quality.h"
#include "call/target.h"
#include "call/traffic.h"

enum { LINE_OCTETS = 1024, ROWS_MAX = 256, PATH_OCTETS = 4096 };

static const char *const period_names[TRAFFIC_PERIODS] = {
	[TRAFFIC_MINUTES] = "minute",
	[TRAFFIC_QUARTERS] = "quarter",
	[TRAFFIC_DAYS] = "day",
};

#define WIDE(member)                                                                               \
	{                                                                                          \
		offsetof(struct traffic_figures, member), true                                     \
	}
#define NARROW(member)                                                                             \
	{                                                                                          \
		offsetof(struct traffic_figures, member), false                                    \
	}
static const struct {
	size_t at;
	bool wide;
} members[] = {
	WIDE(talk_ms),      WIDE(delay_ms),      WIDE(packets),      WIDE(lost),
	NARROW(seconds),    NARROW(in_use_s),    NARROW(full_s),     NARROW(down_s),
	NARROW(offered_in), NARROW(offered_out), NARROW(overflow),   NARROW(ended),
	NARROW(answered),   NARROW(effective),   NARROW(delays),     NARROW(classes[0]),
	NARROW(classes[1]), NARROW(classes[2]),  NARROW(classes[3]), NARROW(classes[4]),
	NARROW(classes[5]), NARROW(classes[6]),  NARROW(classes[7]), NARROW(peak),
};

/* Copying */

struct rows {
	struct traffic_figures row[ROWS_MAX];
	unsigned n;
};

/* One period of one trunk or peer. */
struct part {
	struct llist_head list;
	enum traffic_period period;
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	unsigned n;
	struct traffic_figures rows[]; /* the newest first */
};

struct traffic_copy {
	struct llist_head parts;
	enum traffic_period from; /* which periods: this one and longer ones */
	bool whole;
};

static bool gather(void *data, const struct traffic_figures *figures)
{
	struct rows *rows = data;

	rows->row[rows->n++] = *figures;
	return rows->n < ROWS_MAX;
}

static bool add_part(struct traffic_copy *copy, enum traffic_period period, enum target_kind kind,
		     const char *name, const struct rows *rows)
{
	struct part *part =
		talloc_size(copy, sizeof(*part) + rows->n * sizeof(struct traffic_figures));

	if (!part)
		return false;
	part->period = period;
	part->kind = kind;
	part->n = rows->n;
	OSMO_STRLCPY_ARRAY(part->name, name);
	memcpy(part->rows, rows->row, rows->n * sizeof(struct traffic_figures));
	llist_add_tail(&part->list, &copy->parts);
	return true;
}

static bool copy_place(void *data, enum target_kind kind, const char *name,
		       const struct traffic *traffic)
{
	struct traffic_copy *copy = data;

	for (unsigned period = copy->from; copy->whole && period < TRAFFIC_PERIODS; period++) {
		struct rows rows;

		rows.n = 0;
		traffic_each(traffic, period, gather, &rows);
		copy->whole = add_part(copy, period, kind, name, &rows);
	}
	return copy->whole;
}

struct traffic_copy *traffic_copy(void *talloc_ctx, const struct call_hub *hub,
				  enum traffic_period from)
{
	struct traffic_copy *copy = talloc_zero(talloc_ctx, struct traffic_copy);

	if (!copy)
		return NULL;
	INIT_LLIST_HEAD(&copy->parts);
	copy->from = from;
	copy->whole = true;
	quality_each_traffic(hub, copy_place, copy);
	if (!copy->whole)
		TALLOC_FREE(copy);
	return copy;
}

/* Writing */

static void put_row(FILE *file, const struct traffic_figures *row)
{
	fprintf(file, " %" PRId64, row->from_s);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const char *at = (const char *)row + members[i].at;
		uint64_t wide = 0;
		uint32_t narrow = 0;

		if (members[i].wide)
			memcpy(&wide, at, sizeof(wide));
		else
			memcpy(&narrow, at, sizeof(narrow));
		fprintf(file, " %" PRIu64, wide + narrow);
	}
	fputc('\n', file);
}

static void put_copy(FILE *file, const struct traffic_copy *copy)
{
	const struct part *part;

	llist_for_each_entry (part, &copy->parts, list)
		for (unsigned i = part->n; i > 0; i--) { /* the oldest first */
			fprintf(file, "%s %s %s", period_names[part->period],
				target_kind_name(part->kind), part->name);
			put_row(file, &part->rows[i - 1]);
		}
}

int traffic_write(const struct traffic_copy *copy, const char *path)
{
	char path_new[PATH_OCTETS];
	FILE *file;
	int err = 0;

	if (snprintf(path_new, sizeof(path_new), "%s.new", path) >= (int)sizeof(path_new))
		return -ENAMETOOLONG;
	file = fopen(path_new, "we");
	if (!file)
		return -errno;
	put_copy(file, copy);
	if (fflush(file) || ferror(file) || fsync(fileno(file)))
		err = errno ? -errno : -EIO;
	if (fclose(file) && !err)
		err = -EIO;
	if (!err && rename(path_new, path))
		err = -errno;
	if (err)
		unlink(path_new);
	return err;
}

int traffic_save(const struct call_hub *hub, const char *path)
{
	struct traffic_copy *copy = traffic_copy(NULL, hub, TRAFFIC_MINUTES);
	int err = copy ? traffic_write(copy, path) : -ENOMEM;

	talloc_free(copy);
	return err;
}

/* Reading */

#define LAST_S UINT64_C(253402300799) /* 9999-12-31 23:59:59 UTC */

static bool take_number(char **text, uint64_t most, uint64_t *out)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*out = strtoull(*text, &end, 10);
	if (errno || *out > most || (*end != ' ' && *end != '\n'))
		return false;
	*text = end + 1;
	return true;
}

static bool read_figures(char *text, struct traffic_figures *out)
{
	uint64_t number;

	*out = (struct traffic_figures){ 0 };
	if (!take_number(&text, LAST_S, &number))
		return false;
	out->from_s = (int64_t)number;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		char *at = (char *)out + members[i].at;
		uint32_t narrow;

		if (!take_number(&text, members[i].wide ? UINT64_MAX : UINT32_MAX, &number))
			return false;
		narrow = (uint32_t)number;
		if (members[i].wide)
			memcpy(at, &number, sizeof(number));
		else
			memcpy(at, &narrow, sizeof(narrow));
	}
	return !*text;
}

static bool is_kept(enum traffic_period period, int64_t from_s, int64_t wall_s)
{
	const int64_t length_s = traffic_length(period);

	return from_s % length_s == 0 &&
	       from_s >= wall_s - length_s * (int64_t)(traffic_kept(period) + 1);
}

static bool read_line(const struct call_hub *hub, char *line, int64_t wall_s)
{
	char word[8], kind[8], name[TARGET_NAME_MAX];
	struct traffic_figures figures;
	struct traffic *traffic;
	unsigned period = 0;
	int used = 0;

	if (sscanf(line, "%7s %7s %31s %n", word, kind, name, &used) != 3 || !used ||
	    !read_figures(line + used, &figures))
		return false;
	while (period < TRAFFIC_PERIODS && strcmp(word, period_names[period]) != 0)
		period++;
	if (period == TRAFFIC_PERIODS || !is_kept(period, figures.from_s, wall_s))
		return false;
	traffic =
		quality_traffic(hub, strcmp(kind, "trunk") == 0 ? TARGET_TRUNK : TARGET_PEER, name);
	if (traffic)
		traffic_put_back(traffic, period, &figures);
	return traffic;
}

unsigned traffic_restore(const struct call_hub *hub, const char *path, int64_t wall_s)
{
	FILE *file = fopen(path, "re");
	char line[LINE_OCTETS];
	unsigned n = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		n += read_line(hub, line, wall_s);
	fclose(file);
	return n;
}
