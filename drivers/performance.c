/* Differences of the drivers' counters, second by second, into each span's intervals. */
#include "drivers/performance.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "drivers/tdm.h"

struct record {
	char name[TDM_NAME_MAX];
	struct tdm_errors errors; /* as last read */
	uint64_t slips;
	bool poor;
	uint64_t poor_interval; /* number of the last one that was */
	struct g826 g826;
};

static struct record *records[TDM_MAX_SPANS]; /* by span's index */

/* Intervals begin with the quarters of the hour, as the wall clock had them at the first second asked for. */
static uint64_t second_now(void)
{
	static int64_t offset_s;
	const int64_t monotonic_s = (int64_t)(clock_now_us() / 1000000);

	if (!offset_s)
		offset_s = clock_wall().tv_sec - monotonic_s;
	return (uint64_t)(monotonic_s + offset_s);
}

static enum g826_line line_of(const struct tdm_span *span)
{
	switch (span->type) {
	case SPAN_E1:
		return span->crc ? G826_E1_CRC4 : G826_E1_PLAIN;
	case SPAN_T1:
		return span->crc ? G826_T1_ESF : G826_T1_D4;
	case SPAN_BRI:
		break;
	}
	return G826_BRI;
}

static void forget(struct record **record)
{
	TALLOC_FREE(*record);
}

static struct record *record_of(const struct tdm_span *span)
{
	struct record **record = &records[span->index];

	if (*record && strcmp((*record)->name, span->name) != 0)
		forget(record);
	if (!*record) {
		*record = talloc_zero(NULL, struct record);
		if (!*record)
			return NULL;
		osmo_strlcpy((*record)->name, span->name, sizeof((*record)->name));
		g826_init(&(*record)->g826, line_of(span), second_now());
	}
	return *record;
}

/* A counter that has gone back was begun anew: the span was opened again. */
static uint32_t since(uint64_t now, uint64_t *last)
{
	uint64_t n = now >= *last ? now - *last : now;

	*last = now;
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void measure(const struct tdm_span *span, struct record *record, struct g826_second *out)
{
	struct tdm_errors errors = { 0 };
	struct tdm_counters counters;

	if (span->driver->errors)
		span->driver->errors(span, &errors);
	tdm_counters_read(span, &counters);
	uint32_t crc = since(errors.crc, &record->errors.crc);
	uint32_t framing = since(errors.framing, &record->errors.framing);
	*out = (struct g826_second){
		.path = span->crc ? crc : framing,
		.line = since(errors.code_violation, &record->errors.code_violation),
		.far = since(errors.e_bit, &record->errors.e_bit),
		.slips = since(counters.slips, &record->slips),
		.defect = span->alarms & (TDM_ALARM_RED | TDM_ALARM_BLUE | TDM_ALARM_ABSENT),
	};
}

static void judge(struct record *record)
{
	const struct g826_counts *counts = g826_interval(&record->g826, 0);
	char text[ALARM_TEXT_MAX];

	if (counts->es >= PERFORMANCE_ES || counts->ses >= PERFORMANCE_SES ||
	    counts->css >= PERFORMANCE_CSS) {
		record->poor = true;
		record->poor_interval = record->g826.now;
		snprintf(text, sizeof(text),
			 "this quarter of an hour: %u errored seconds, %u severely; %u slips",
			 counts->es, counts->ses, counts->slips);
		alarm_raise(ALARM_SPAN_ERRORS, record->name, "", text);
	} else if (record->poor && record->g826.now > record->poor_interval + 1) {
		record->poor = false;
		alarm_clear(ALARM_SPAN_ERRORS, record->name);
	}
}

void performance_tick(void)
{
	struct g826_second second;

	for (unsigned i = 0; i < TDM_MAX_SPANS; i++) {
		const struct tdm_span *span = tdm_by_index(i);
		struct record *record = span ? record_of(span) : NULL;

		if (!span)
			forget(&records[i]);
		if (!record)
			continue;
		measure(span, record, &second);
		g826_feed(&record->g826, second_now(), &second);
		judge(record);
	}
}

const struct g826 *performance_of(const char *name)
{
	for (unsigned i = 0; i < TDM_MAX_SPANS; i++) {
		if (records[i] && strcmp(records[i]->name, name) == 0)
			return &records[i]->g826;
	}
	return NULL;
}

void performance_stop(void)
{
	for (unsigned i = 0; i < TDM_MAX_SPANS; i++)
		forget(&records[i]);
}
