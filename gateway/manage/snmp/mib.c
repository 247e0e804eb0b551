/* IF-MIB and DS1-MIB as tables of columns. */
#include "manage/snmp/mib.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "drivers/tdm.h"

/* One cell: which span, and which interval (0: the present one). */
struct cell {
	const struct mib_snapshot *all;
	const struct mib_span *span;
	unsigned ago;
	uint32_t uptime_cs;
};

struct column {
	unsigned number;
	enum mib_type type;
	uint32_t (*number_of)(const struct cell *cell);
	void (*text_of)(const struct mib_span *span,
			char out[static MIB_TEXT_MAX]); /* of MIB_TEXT */
	size_t count_at; /* in struct g826_counts, where neither is set */
};

enum rows { ROW_ANY, ROW_DS1, ROW_DS1_INTERVAL };

struct table {
	mib_oid entry[MIB_OID_MAX];
	size_t len;
	enum rows rows;
	bool day; /* counts are of the 24 hours */
	const struct column *columns;
	size_t n;
};

enum { TRUTH = 1, FALSEHOOD = 2 }; /* TruthValue, SNMPv2-TC */

/* What is told of a span */

bool mib_is_ds1(const struct mib_span *span)
{
	return span->type != SPAN_BRI;
}

uint32_t mib_line_status(const struct mib_span *span)
{
	static const struct {
		unsigned alarm;
		uint32_t status;
	} bits[] = {
		{ TDM_ALARM_YELLOW, 2 },     { TDM_ALARM_BLUE, 8 },       { TDM_ALARM_RED, 32 },
		{ TDM_ALARM_LOOPBACK, 128 }, { TDM_ALARM_ABSENT, 16384 }, /* dsx1NetEquipOOS */
	};
	uint32_t status = span->measured && span->g826.unavailable ? 8192 : 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (span->alarms & bits[i].alarm)
			status |= bits[i].status;
	return status ? status : 1; /* dsx1NoAlarm */
}

unsigned mib_oper_status(const struct mib_span *span)
{
	if (span->alarms & TDM_ALARM_ABSENT)
		return MIB_NOT_PRESENT;
	return span->alarms ? MIB_DOWN : MIB_UP;
}

static void name_of(const struct mib_span *span, char out[static MIB_TEXT_MAX])
{
	snprintf(out, MIB_TEXT_MAX, "%s", span->name);
}

static void description_of(const struct mib_span *span, char out[static MIB_TEXT_MAX])
{
	static const char *const types[] = {
		[SPAN_E1] = "E1",
		[SPAN_T1] = "T1",
		[SPAN_BRI] = "BRI",
	};

	snprintf(out, MIB_TEXT_MAX, "Crosspoint %s span %s", types[span->type], span->name);
}

static void nothing(const struct mib_span *span, char out[static MIB_TEXT_MAX])
{
	(void)span;
	*out = '\0';
}

static uint32_t if_index(const struct cell *cell)
{
	return cell->span->if_index;
}

static uint32_t zero(const struct cell *cell)
{
	(void)cell;
	return 0;
}

static uint32_t one(const struct cell *cell)
{
	(void)cell;
	return 1;
}

/* IANAifType: ds1(18), isdns(75). */
static uint32_t if_type(const struct cell *cell)
{
	return mib_is_ds1(cell->span) ? 18 : 75;
}

/* G.704 2.1, 2.3; I.430 5.1 */
static uint32_t if_speed(const struct cell *cell)
{
	return cell->span->type == SPAN_E1   ? 2048000
	       : cell->span->type == SPAN_T1 ? 1544000
					     : 192000;
}

static uint32_t high_speed(const struct cell *cell)
{
	return (if_speed(cell) + 500000) / 1000000;
}

static uint32_t oper_status(const struct cell *cell)
{
	return mib_oper_status(cell->span);
}

static uint32_t last_change(const struct cell *cell)
{
	const uint64_t ago_cs = cell->all->now_cs - cell->span->changed_cs;

	return cell->span->changed_cs && ago_cs < cell->uptime_cs
		       ? cell->uptime_cs - (uint32_t)ago_cs
		       : 0;
}

static uint32_t connector(const struct cell *cell)
{
	return cell->span->connector ? TRUTH : FALSEHOOD;
}

static const struct column if_columns[] = {
	{ 1, MIB_INTEGER, .number_of = if_index },
	{ 2, MIB_TEXT, .text_of = description_of },
	{ 3, MIB_INTEGER, .number_of = if_type },
	{ 5, MIB_GAUGE, .number_of = if_speed },
	{ 6, MIB_TEXT, .text_of = nothing },  /* ifPhysAddress */
	{ 7, MIB_INTEGER, .number_of = one }, /* ifAdminStatus: up */
	{ 8, MIB_INTEGER, .number_of = oper_status },
	{ 9, MIB_TIMETICKS, .number_of = last_change },
};

static const struct column ifx_columns[] = {
	{ 1, MIB_TEXT, .text_of = name_of },
	{ 14, MIB_INTEGER, .number_of = one }, /* ifLinkUpDownTrapEnable: enabled */
	{ 15, MIB_GAUGE, .number_of = high_speed },
	{ 17, MIB_INTEGER, .number_of = connector },
	{ 18, MIB_TEXT, .text_of = nothing },     /* ifAlias */
	{ 19, MIB_TIMETICKS, .number_of = zero }, /* ifCounterDiscontinuityTime */
};

/* Lines and their performance */

static const struct g826_counts *interval(const struct mib_span *span, unsigned ago)
{
	return span->measured ? g826_interval(&span->g826, ago) : NULL;
}

static bool whole(const struct g826_counts *counts)
{
	return counts->seconds == G826_INTERVAL_S;
}

/* Of the intervals before the present one, those that are there, and those of them that are not whole: when the span
 * was opened. */
static void count_intervals(const struct mib_span *span, uint32_t *valid, uint32_t *invalid)
{
	const struct g826_counts *counts;

	*valid = *invalid = 0;
	while (*valid < G826_INTERVALS && (counts = interval(span, *valid + 1))) {
		++*valid;
		*invalid += !whole(counts);
	}
}

static uint32_t elapsed(const struct cell *cell)
{
	return (uint32_t)(cell->all->now_cs / 100 % G826_INTERVAL_S);
}

static uint32_t valid_intervals(const struct cell *cell)
{
	uint32_t valid, invalid;

	count_intervals(cell->span, &valid, &invalid);
	return valid;
}

static uint32_t invalid_intervals(const struct cell *cell)
{
	uint32_t valid, invalid;

	count_intervals(cell->span, &valid, &invalid);
	return invalid;
}

/* dsx1ESF(2), dsx1D4(3), dsx1E1(4), dsx1E1CRC(5) */
static uint32_t line_type(const struct cell *cell)
{
	const struct mib_span *span = cell->span;

	if (span->type == SPAN_T1)
		return span->crc ? 2 : 3;
	return span->crc ? 5 : 4;
}

/* dsx1B8ZS(2), dsx1HDB3(3), dsx1AMI(5) */
static uint32_t line_coding(const struct cell *cell)
{
	if (cell->span->coding == DAHDI_CODING_AMI)
		return 5;
	return cell->span->type == SPAN_T1 ? 2 : 3;
}

/* dsx1NoLoop(1), dsx1OtherLoop(4): which end made it is not known. */
static uint32_t loopback(const struct cell *cell)
{
	return cell->span->alarms & TDM_ALARM_LOOPBACK ? 4 : 1;
}

static uint32_t line_status(const struct cell *cell)
{
	return mib_line_status(cell->span);
}

/* loopTiming(1), localTiming(2) */
static uint32_t clock_source(const struct cell *cell)
{
	return cell->span->loop_timed ? 1 : 2;
}

static uint32_t message_oriented(const struct cell *cell)
{
	(void)cell;
	return 4;
}

static uint32_t no_fdl(const struct cell *cell)
{
	(void)cell;
	return 8;
}

static uint32_t enabled_ds0(const struct cell *cell)
{
	(void)cell;
	return 2;
}

static const struct column config_columns[] = {
	{ 1, MIB_INTEGER, .number_of = if_index },
	{ 3, MIB_INTEGER, .number_of = elapsed },
	{ 4, MIB_INTEGER, .number_of = valid_intervals },
	{ 5, MIB_INTEGER, .number_of = line_type },
	{ 6, MIB_INTEGER, .number_of = line_coding },
	{ 7, MIB_INTEGER, .number_of = one }, /* dsx1SendNoCode */
	{ 8, MIB_TEXT, .text_of = name_of },  /* dsx1CircuitIdentifier */
	{ 9, MIB_INTEGER, .number_of = loopback },
	{ 10, MIB_INTEGER, .number_of = line_status },
	{ 11, MIB_INTEGER, .number_of = message_oriented },
	{ 12, MIB_INTEGER, .number_of = clock_source },
	{ 13, MIB_INTEGER, .number_of = no_fdl },
	{ 14, MIB_INTEGER, .number_of = invalid_intervals },
	{ 16, MIB_TIMETICKS, .number_of = last_change },
	{ 17, MIB_INTEGER, .number_of = one }, /* dsx1LineStatusChangeTrapEnable: enabled */
	{ 20, MIB_INTEGER, .number_of = enabled_ds0 },
};

#define COUNT(number, member)                                                                      \
	{                                                                                          \
		number, MIB_GAUGE, .count_at = offsetof(struct g826_counts, member)                \
	}

/* dsx1CurrentTable and dsx1TotalTable; degraded minutes (10) are deprecated and not counted. */
static const struct column current_columns[] = {
	{ 1, MIB_INTEGER, .number_of = if_index },
	COUNT(2, es),
	COUNT(3, ses),
	COUNT(4, sefs),
	COUNT(5, uas),
	COUNT(6, css),
	COUNT(7, path),
	COUNT(8, les),
	COUNT(9, bes),
	COUNT(11, line),
};

static uint32_t interval_number(const struct cell *cell)
{
	return cell->ago;
}

static uint32_t valid_data(const struct cell *cell)
{
	return whole(interval(cell->span, cell->ago)) ? TRUTH : FALSEHOOD;
}

static const struct column interval_columns[] = {
	{ 1, MIB_INTEGER, .number_of = if_index },
	{ 2, MIB_INTEGER, .number_of = interval_number },
	COUNT(3, es),
	COUNT(4, ses),
	COUNT(5, sefs),
	COUNT(6, uas),
	COUNT(7, css),
	COUNT(8, path),
	COUNT(9, les),
	COUNT(10, bes),
	COUNT(12, line),
	{ 13, MIB_INTEGER, .number_of = valid_data },
};

#define COLUMNS(of) .columns = (of), .n = ARRAY_SIZE(of)

static const struct table tables[] = {
	{ { 1, 3, 6, 1, 2, 1, 2, 2, 1 }, 9, ROW_ANY, COLUMNS(if_columns) },
	{ { 1, 3, 6, 1, 2, 1, 10, 18, 6, 1 }, 10, ROW_DS1, COLUMNS(config_columns) },
	{ { 1, 3, 6, 1, 2, 1, 10, 18, 7, 1 }, 10, ROW_DS1, COLUMNS(current_columns) },
	{ { 1, 3, 6, 1, 2, 1, 10, 18, 8, 1 }, 10, ROW_DS1_INTERVAL, COLUMNS(interval_columns) },
	{ { 1, 3, 6, 1, 2, 1, 10, 18, 9, 1 }, 10, ROW_DS1, .day = true, COLUMNS(current_columns) },
	{ { 1, 3, 6, 1, 2, 1, 31, 1, 1, 1 }, 10, ROW_ANY, COLUMNS(ifx_columns) },
};

/* Instances */

/* The interval that follows a row's index; 0: there is no such row. after: an interval's number, 0 before the first. */
static unsigned row_after(const struct table *table, const struct mib_span *span, unsigned after)
{
	if (table->rows == ROW_ANY)
		return !after;
	if (!mib_is_ds1(span))
		return 0;
	if (table->rows == ROW_DS1)
		return !after && interval(span, 0);
	return after < G826_INTERVALS && interval(span, after + 1) ? after + 1 : 0;
}

static void fill(const struct table *table, const struct column *column, const struct cell *cell,
		 struct mib_value *out)
{
	struct g826_counts day;
	const struct g826_counts *counts = &day;

	*out = (struct mib_value){ .type = column->type };
	if (column->text_of) {
		column->text_of(cell->span, out->text);
		return;
	}
	if (column->number_of) {
		out->number = column->number_of(cell);
		return;
	}
	if (table->day)
		g826_day(&cell->span->g826, &day);
	else
		counts = interval(cell->span, cell->ago);
	memcpy(&out->number, (const char *)counts + column->count_at, sizeof(out->number));
}

/* The first row of a column whose index is behind index (len sub-identifiers, 0: before all). */
static bool next_row(const struct table *table, const struct mib_snapshot *all,
		     const mib_oid *index, size_t len, struct cell *cell)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct mib_span *span = &all->spans[i];
		mib_oid after = 0;

		if (len && span->if_index < index[0])
			continue;
		if (len && span->if_index == index[0]) {
			if (table->rows != ROW_DS1_INTERVAL)
				continue;
			after = len > 1 ? index[1] : 0;
		}
		if (after > G826_INTERVALS)
			continue;
		cell->ago = row_after(table, span, (unsigned)after);
		if (!cell->ago)
			continue;
		cell->span = span;
		if (table->rows != ROW_DS1_INTERVAL)
			cell->ago = 0;
		return true;
	}
	return false;
}

/* Below zero: the place comes before everything of the column; 0: it lies in it; above: behind all of it. */
static int place_of(const struct table *table, unsigned column, const mib_oid *oid, size_t len)
{
	for (size_t i = 0; i <= table->len; i++) {
		const mib_oid ours = i < table->len ? table->entry[i] : column;

		if (i == len)
			return -1;
		if (oid[i] != ours)
			return oid[i] < ours ? -1 : 1;
	}
	return 0;
}

static void put_place(const struct table *table, unsigned column, const struct cell *cell,
		      struct mib_place *at)
{
	memcpy(at->oid, table->entry, table->len * sizeof(at->oid[0]));
	at->len = table->len;
	at->oid[at->len++] = column;
	at->oid[at->len++] = cell->span->if_index;
	if (table->rows == ROW_DS1_INTERVAL)
		at->oid[at->len++] = cell->ago;
}

static bool next_in(const struct table *table, struct cell *cell, const mib_oid *oid, size_t len,
		    struct mib_place *at, struct mib_value *out)
{
	for (size_t c = 0; c < table->n; c++) {
		const struct column *column = &table->columns[c];
		const int place = place_of(table, column->number, oid, len);
		const size_t known = table->len + 1;

		if (place > 0)
			continue;
		if (place == 0 ? !next_row(table, cell->all, oid + known, len - known, cell)
			       : !next_row(table, cell->all, NULL, 0, cell))
			continue;
		put_place(table, column->number, cell, at);
		fill(table, column, cell, out);
		return true;
	}
	return false;
}

bool mib_next(const struct mib_snapshot *all, uint32_t uptime_cs, const mib_oid *oid, size_t len,
	      struct mib_place *at, struct mib_value *out)
{
	struct cell cell = { .all = all, .uptime_cs = uptime_cs };

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		if (next_in(&tables[t], &cell, oid, len, at, out))
			return true;
	return false;
}

/* The instance is the one behind the place just before it: the same without its last sub-identifier's last step. */
bool mib_get(const struct mib_snapshot *all, uint32_t uptime_cs, const struct mib_place *at,
	     struct mib_value *out)
{
	struct mib_place before = *at, found;

	if (!at->len || !at->oid[at->len - 1])
		return false;
	before.oid[before.len - 1]--;
	return mib_next(all, uptime_cs, before.oid, before.len, &found, out) &&
	       found.len == at->len &&
	       memcmp(found.oid, at->oid, at->len * sizeof(at->oid[0])) == 0;
}

_Static_assert(ARRAY_SIZE(if_columns) + ARRAY_SIZE(ifx_columns) == MIB_SHARED_COLUMNS,
	       "those of both tables");

bool mib_shared_column(size_t i, struct mib_place *at)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		const struct table *table = &tables[t];

		if (table->rows != ROW_ANY)
			continue;
		if (i < table->n) {
			memcpy(at->oid, table->entry, table->len * sizeof(at->oid[0]));
			at->len = table->len + 1;
			at->oid[table->len] = table->columns[i].number;
			return true;
		}
		i -= table->n;
	}
	return false;
}
