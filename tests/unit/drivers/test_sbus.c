/* One NT and some TEs on a virtual S bus. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/select.h>

#include "base/alarm.h"
#include "base/log.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { TES = 8, NT = TES, NT_AND_ONE = 2, HEARD = 512, D = 3 };

struct heard {
	unsigned frames, alarms;
	uint8_t first[HEARD]; /* octets of the frames */
	size_t len;
};

static struct tdm_span *spans[TES + 1];
static struct heard heard[TES + 1];

static void on_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	struct heard *at = data;

	ck_assert_uint_eq(timeslot, D);
	ck_assert_uint_lt(at->frames, HEARD);
	at->first[at->frames++] = frame[0];
	at->len = len;
}

static void on_alarm(void *data, unsigned alarms)
{
	((struct heard *)data)->alarms = alarms;
}

static const struct tdm_listener listener = { .on_frame = on_frame, .on_alarm = on_alarm };

static struct tdm_span *open_span(unsigned i)
{
	struct span_config config = { .driver = "sbus", .type = SPAN_BRI, .law = LAW_ALAW };

	snprintf(config.name, sizeof(config.name), i == NT ? "nt" : "te%u", i);
	if (i != NT)
		strcpy(config.far_end, "nt");
	return tdm_open(NULL, &config);
}

static void begin(unsigned tes)
{
	if (!osmo_log_info)
		log_init(&log_categories, NULL); /* no target: silent */
	memset(heard, 0, sizeof(heard));
	memset(spans, 0, sizeof(spans));
	for (unsigned i = 0; i <= NT; i++) {
		if (i >= tes && i != NT)
			continue;
		spans[i] = open_span(i);
		ck_assert_ptr_nonnull(spans[i]);
		ck_assert_int_eq(spans[i]->driver->hdlc_enable(spans[i], D, true), 0);
		tdm_listen(spans[i], &listener, &heard[i]);
	}
}

static void finish(void)
{
	for (unsigned i = 0; i <= NT; i++)
		tdm_close(spans[i]);
	alarms_reset();
}

static void tick(void)
{
	for (unsigned i = 0; i <= NT; i++) {
		if (spans[i])
			spans[i]->driver->tick(spans[i]);
	}
	osmo_select_main(1);
}

static void ticks(unsigned n)
{
	while (n--)
		tick();
}

static int send(unsigned from, uint8_t first, size_t len)
{
	uint8_t frame[TDM_MAX_FRAME + 1] = { first };

	return spans[from]->driver->hdlc_send(spans[from], D, frame, len);
}

static void say(unsigned from, unsigned timeslot, uint8_t octet)
{
	memset(spans[from]->driver->tx(spans[from], timeslot), octet, TICK_OCTETS);
}

static uint8_t hears(unsigned at, unsigned timeslot)
{
	const uint8_t *octets = spans[at]->driver->rx(spans[at], timeslot);

	for (unsigned i = 1; i < TICK_OCTETS; i++)
		ck_assert_uint_eq(octets[i], octets[0]);
	return octets[0];
}

START_TEST(a_frame_of_the_nt_reaches_every_te)
{
	begin(TES);
	ck_assert_int_eq(send(NT, 42, 4), 0);
	ticks(3);
	for (unsigned i = 0; i < TES; i++) {
		ck_assert_uint_eq(heard[i].frames, 1);
		ck_assert_uint_eq(heard[i].first[0], 42);
		ck_assert_uint_eq(heard[i].len, 4);
	}
	ck_assert_uint_eq(heard[NT].frames, 0);
	ck_assert_uint_eq(spans[NT]->counters.hdlc_tx_frames, 1);
	finish();
}
END_TEST

START_TEST(tes_take_turns_on_the_d_channel)
{
	begin(3);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned te = 0; te < 3; te++)
			ck_assert_int_eq(send(te, (uint8_t)te, 40), 0);
	}
	ticks(40);
	ck_assert_uint_eq(heard[NT].frames, 12);
	for (unsigned i = 3; i < 12; i++) /* each one after the same two others */
		ck_assert_uint_eq(heard[NT].first[i], heard[NT].first[i - 3]);
	ck_assert_uint_eq(heard[0].frames, 0); /* no TE hears another */
	ck_assert_uint_eq(spans[1]->counters.hdlc_tx_frames, 4);
	finish();
}
END_TEST

START_TEST(d_channel_has_16_kbit_a_second)
{
	begin(2);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_int_eq(send(0, 0, 97), 0);
		ck_assert_int_eq(send(NT, 0, 97), 0);
	}
	ticks(26); /* five frames of 100 octets take 250 ms */
	ck_assert_uint_eq(heard[NT].frames, 5);
	ck_assert_uint_eq(heard[1].frames, 5);
	ticks(25);
	ck_assert_uint_eq(heard[NT].frames, 10);
	ck_assert_uint_eq(heard[1].frames, 10);
	finish();
}
END_TEST

START_TEST(nt_hears_the_and_of_the_tes)
{
	begin(3);
	tick();
	say(0, 1, 0xf3);
	say(1, 1, 0x7f);
	say(2, 2, 0x55);
	tick();
	ck_assert_uint_eq(hears(NT, 1), 0x73);
	ck_assert_uint_eq(hears(NT, 2), 0x55);
	tick(); /* what is not said is idle */
	ck_assert_uint_eq(hears(NT, 1), 0xff);
	finish();
}
END_TEST

START_TEST(every_te_hears_the_nt)
{
	begin(TES);
	tick();
	say(NT, 2, 0x12);
	tick();
	for (unsigned i = 0; i < TES; i++) {
		ck_assert_uint_eq(hears(i, 2), 0x12);
		ck_assert_uint_eq(hears(i, 1), 0xff);
	}
	finish();
}
END_TEST

/* A TE that is attached no more leaves the bus to the others, an NT its TEs in silence. */
START_TEST(who_is_not_ticked_is_not_heard)
{
	begin(2);
	tick();
	say(0, 1, 0x00);
	tick();
	for (unsigned i = 0; i < 2; i++) {
		say(NT, 1, 0x33);
		spans[NT]->driver->tick(spans[NT]);
		spans[1]->driver->tick(spans[1]);
	}
	ck_assert_uint_eq(hears(NT, 1), 0xff);
	ck_assert_uint_eq(hears(1, 1), 0x33);
	spans[1]->driver->tick(spans[1]);
	ck_assert_uint_eq(hears(1, 1), 0xff);
	finish();
}
END_TEST

START_TEST(alarms_say_who_is_there)
{
	begin(2);
	ck_assert_uint_eq(heard[NT].alarms, 0);
	spans[0]->driver->inject(spans[0], TDM_FAULT_CUT); /* its cord */
	ck_assert_uint_eq(heard[0].alarms, TDM_ALARM_RED);
	ck_assert_uint_eq(heard[1].alarms, 0);
	ck_assert_uint_eq(heard[NT].alarms, 0);
	ck_assert_int_eq(send(0, 1, 4), -ENETDOWN);
	spans[1]->driver->inject(spans[1], TDM_FAULT_CUT);
	ck_assert_uint_eq(heard[NT].alarms, TDM_ALARM_RED); /* nobody is left */
	spans[0]->driver->inject(spans[0], TDM_FAULT_NONE);
	ck_assert_uint_eq(heard[NT].alarms, 0);
	spans[NT]->driver->inject(spans[NT], TDM_FAULT_CUT); /* the bus */
	ck_assert_uint_eq(heard[0].alarms, TDM_ALARM_RED);
	spans[NT]->driver->inject(spans[NT], TDM_FAULT_NONE);
	tdm_close(spans[NT]);
	spans[NT] = NULL;
	ck_assert_uint_eq(heard[0].alarms, TDM_ALARM_RED);
	ck_assert_int_eq(spans[1]->driver->inject(spans[1], (enum tdm_fault)9), -EINVAL);
	finish();
}
END_TEST

START_TEST(a_frame_that_a_cut_meets_is_lost)
{
	begin(2);
	ck_assert_int_eq(send(0, 1, 200), 0);
	ck_assert_int_eq(send(0, 2, 4), 0);
	ticks(3);
	spans[0]->driver->inject(spans[0], TDM_FAULT_CUT);
	ticks(20);
	spans[0]->driver->inject(spans[0], TDM_FAULT_NONE);
	ck_assert_int_eq(send(0, 3, 4), 0);
	ticks(3);
	ck_assert_uint_eq(heard[NT].frames, 1);
	ck_assert_uint_eq(heard[NT].first[0], 3);
	finish();
}
END_TEST

START_TEST(a_te_that_comes_back_hears_nothing_old)
{
	begin(1);
	for (unsigned i = 0; i < 40; i++) {
		ck_assert_int_eq(send(NT, 1, 4), 0);
		tick();
	}
	tick();
	tdm_close(spans[0]);
	memset(heard, 0, sizeof(heard));
	spans[0] = open_span(0);
	tdm_listen(spans[0], &listener, &heard[0]);
	ck_assert_int_eq(send(0, 1, 4), -ENODEV);
	ck_assert_int_eq(spans[0]->driver->hdlc_enable(spans[0], D, true), 0);
	ck_assert_int_eq(send(0, 1, 0), -EMSGSIZE);
	ck_assert_int_eq(send(0, 1, TDM_MAX_FRAME + 1), -EMSGSIZE);
	ticks(5);
	ck_assert_uint_eq(heard[0].frames, 0);
	finish();
}
END_TEST

START_TEST(the_ninth_te_is_refused)
{
	struct span_config config = {
		.name = "te9", .driver = "sbus", .far_end = "nt", .type = SPAN_BRI
	};

	begin(TES);
	ck_assert_ptr_null(tdm_open(NULL, &config));
	ck_assert_int_eq(spans[0]->driver->hdlc_enable(spans[0], 1, true), -EINVAL);
	finish();
}
END_TEST

START_TEST(no_memory_is_no_span_and_leaves_nothing)
{
	begin(1);
	OOM_EACH(done)
	{
		spans[1] = open_span(1);
		struct tdm_span *lone = tdm_open(NULL, &(struct span_config){ .name = "lone",
									      .driver = "sbus",
									      .type = SPAN_BRI });
		oom_off();
		done = spans[1] && lone;
		tdm_close(lone);
		tdm_close(spans[1]);
		spans[1] = NULL;
		ck_assert_uint_eq(tdm_count(), NT_AND_ONE);
	}
	finish();
}
END_TEST

static atomic_bool stop;

static void *media(void *data)
{
	(void)data;
	while (!atomic_load(&stop)) {
		for (unsigned i = 0; i <= NT; i++) {
			if (i != 0 && i != NT)
				continue;
			spans[i]->driver->tick(spans[i]);
			memset(spans[i]->driver->tx(spans[i], 1), 0x55, TICK_OCTETS);
			(void)*spans[i]->driver->rx(spans[i], 1);
		}
	}
	return NULL;
}

/* A TE is plugged in and out on control while the rest is ticked. */
START_TEST(one_te_comes_and_goes_while_the_others_are_ticked)
{
	pthread_t thread;

	begin(2);
	atomic_store(&stop, false);
	ck_assert_int_eq(pthread_create(&thread, NULL, media, NULL), 0);
	for (unsigned i = 0; i < 300; i++) {
		send(0, 1, 4);
		send(NT, 2, 4);
		tdm_close(spans[1]);
		spans[1] = open_span(1);
		ck_assert_int_eq(spans[1]->driver->hdlc_enable(spans[1], D, true), 0);
		send(1, 3, 4);
		osmo_select_main(1);
		heard[NT].frames = heard[0].frames = 0;
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	finish();
}
END_TEST

UNIT_MAIN("sbus", no_memory_is_no_span_and_leaves_nothing,
	  one_te_comes_and_goes_while_the_others_are_ticked, a_frame_of_the_nt_reaches_every_te,
	  tes_take_turns_on_the_d_channel, d_channel_has_16_kbit_a_second,
	  nt_hears_the_and_of_the_tes, every_te_hears_the_nt, who_is_not_ticked_is_not_heard,
	  alarms_say_who_is_there, a_frame_that_a_cut_meets_is_lost,
	  a_te_that_comes_back_hears_nothing_old, the_ninth_te_is_refused)
