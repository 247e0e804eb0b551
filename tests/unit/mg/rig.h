/* A media gateway to test by hand: a virtual pair of spans, and a clock that moves by whole ticks. One tick delivers what it told. */
#pragma once

#include <errno.h>
#include <math.h>
#include <string.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "codecs/g711.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "mg/frame.h"
#include "mg/mg.h"
#include "mg/mg_config.h"
#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

enum { TICK_US = TICK_MS * 1000, PTIME_OCTETS = 160 };

struct rig {
	void *talloc_ctx;
	struct mg_config config;
	struct mg *mg;
	struct tdm_span *near, *far;
};

/* A termination and what it told. */
struct party {
	uint32_t id;
	unsigned told[MG_EV_SIGNAL_DONE + 1];
	char digits[32];
	struct mg_event last;
};

static inline void party_hears(void *data, const struct mg_event *event)
{
	struct party *party = data;

	ck_assert_uint_eq(event->term, party->id);
	party->told[event->kind]++;
	party->last = *event;
	if (event->kind == MG_EV_DIGIT || event->kind == MG_EV_DIGIT_OUT)
		party->digits[strlen(party->digits)] = event->digit;
}

static inline struct mg_config rig_config(void)
{
	return (struct mg_config){
		.port_first = ports_page(),
		.port_last = ports_page() + PORTS_PAGE - 1,
		.address = "127.0.0.1",
		.jitter = { .min_ms = 20, .max_ms = 200, .initial_ms = 20 },
	};
}

static inline struct tdm_span *rig_span(void *ctx, const char *name, const char *far, enum law law)
{
	struct span_config config = { .type = law == LAW_ALAW ? SPAN_E1 : SPAN_T1, .law = law };

	strcpy(config.name, name);
	strcpy(config.far_end, far);
	strcpy(config.driver, "virtual");
	return tdm_open(ctx, &config);
}

static inline struct rig rig_new_with(enum law law, const struct mg_config *config)
{
	struct rig rig = { .talloc_ctx = talloc_named_const(NULL, 0, "rig"), .config = *config };

	clock_use_virtual(1000000000);
	rig.mg = mg_new(rig.talloc_ctx, config);
	rig.near = rig_span(rig.talloc_ctx, "near", "far", law);
	rig.far = rig_span(rig.talloc_ctx, "far", "near", law);
	ck_assert_ptr_nonnull(rig.mg);
	ck_assert_ptr_nonnull(rig.near);
	ck_assert_ptr_nonnull(rig.far);
	ck_assert_int_eq(mg_attach(rig.mg, rig.near), 0);
	ck_assert_int_eq(mg_attach(rig.mg, rig.far), 0);
	return rig;
}

static inline struct rig rig_new(enum law law)
{
	struct mg_config config = rig_config();

	return rig_new_with(law, &config);
}

static inline void rig_free(struct rig *rig)
{
	mg_free(rig->mg);
	tdm_close(rig->near);
	tdm_close(rig->far);
	alarms_reset();
	talloc_free(rig->talloc_ctx);
}

static inline void rig_tick(struct rig *rig)
{
	clock_advance(TICK_US);
	mg_tick(rig->mg);
	osmo_select_main_ctx(1);
}

static inline void rig_ticks(struct rig *rig, unsigned n)
{
	while (n--)
		rig_tick(rig);
}

static inline void rig_add(struct rig *rig, struct party *party, uint32_t context,
			   const struct mg_term *term)
{
	int64_t id;

	*party = (struct party){ 0 };
	id = mg_add(rig->mg, context, term, party_hears, party);
	ck_assert_int_gt(id, 0);
	party->id = id;
}

static inline struct mg_term rig_tdm(const struct tdm_span *span, unsigned timeslot)
{
	return (struct mg_term){ .kind = MG_TDM,
				 .tdm = { .span = span->index, .timeslot = timeslot } };
}

static inline struct mg_term rig_local(enum law law, bool echo)
{
	return (struct mg_term){ .kind = MG_LOCAL, .local = { .law = law, .echo = echo } };
}

/* The far end of the line, by hand. */
static inline const uint8_t *rig_line_rx(struct rig *rig, unsigned timeslot)
{
	return rig->far->driver->rx(rig->far, timeslot);
}

static inline void rig_line_tx(struct rig *rig, unsigned timeslot, const uint8_t *octets)
{
	memcpy(rig->far->driver->tx(rig->far, timeslot), octets, TICK_OCTETS);
}

/* Power of one frequency in linear samples, relative to 0 dBm0 (a sine of that power: 3.14 dB under
 * full scale of A-law, G.711's decision value 4096 here times 8). */
static inline double dbm0_of(const int16_t *samples, size_t n, double hz)
{
	double re = 0, im = 0, peak;

	for (size_t i = 0; i < n; i++) {
		re += samples[i] * cos(2 * M_PI * hz * i / SAMPLE_RATE);
		im += samples[i] * sin(2 * M_PI * hz * i / SAMPLE_RATE);
	}
	peak = 2 * sqrt(re * re + im * im) / n;
	return 20 * log10(peak / 32768 + 1e-9) + 3.14;
}

/* Octets that are never twice the same in a row, and all different values. */
static inline void pattern(uint8_t *octets, size_t n, unsigned seed)
{
	uint32_t state = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		state = state * 1664525 + 1013904223;
		octets[i] = state >> 24;
	}
}
