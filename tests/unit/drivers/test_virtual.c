/* Two virtual spans and the cable between them. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <osmocom/core/select.h>

#include "base/alarm.h"
#include "base/log.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { D_CHANNEL = 16, HEARD = 512 };

struct heard {
	unsigned frames, alarm_calls, alarms, cas_calls;
	uint8_t abcd[TDM_MAX_TIMESLOTS];
	uint8_t last[TDM_MAX_FRAME];
	size_t lens[HEARD];
	unsigned timeslot;
};

static struct tdm_span *a, *b;
static struct heard at_a, at_b;
static unsigned seed;

static void on_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	struct heard *heard = data;
	ck_assert_uint_lt(heard->frames, HEARD);
	heard->lens[heard->frames++] = len;
	heard->timeslot = timeslot;
	memcpy(heard->last, frame, len);
}

static void on_alarm(void *data, unsigned alarms)
{
	struct heard *heard = data;
	heard->alarm_calls++;
	heard->alarms = alarms;
}

static void on_cas(void *data, unsigned timeslot, uint8_t abcd)
{
	struct heard *heard = data;
	heard->cas_calls++;
	heard->abcd[timeslot] = abcd;
}

static const struct tdm_listener listener = { on_frame, on_alarm, on_cas };

static struct tdm_span *open_span(const char *name, const char *far)
{
	struct span_config config = { .driver = "virtual", .type = SPAN_E1, .law = LAW_ALAW };
	strncpy(config.name, name, sizeof(config.name) - 1);
	strncpy(config.far_end, far, sizeof(config.far_end) - 1);
	return tdm_open(NULL, &config);
}

static void listen_to_both(void)
{
	memset(&at_a, 0, sizeof(at_a));
	memset(&at_b, 0, sizeof(at_b));
	tdm_listen(a, &listener, &at_a);
	tdm_listen(b, &listener, &at_b);
}

static void begin(void)
{
	if (!osmo_log_info)
		log_init(&log_categories, NULL); /* no target: silent */
	a = open_span("e1-1", "e1-2");
	b = open_span("e1-2", "e1-1");
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(a->driver->hdlc_enable(a, D_CHANNEL, true), 0);
	ck_assert_int_eq(b->driver->hdlc_enable(b, D_CHANNEL, true), 0);
	listen_to_both();
}

static void finish(void)
{
	tdm_close(a);
	tdm_close(b);
	alarms_reset();
}

static void tick(struct tdm_span *first, struct tdm_span *second)
{
	first->driver->tick(first);
	second->driver->tick(second);
}

static void ticks(unsigned n)
{
	while (n--) {
		tick(a, b);
		osmo_select_main(1);
	}
}

static void noise(uint8_t *octets, size_t n)
{
	while (n--)
		*octets++ = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
}

static const uint8_t *rx(struct tdm_span *span, unsigned timeslot)
{
	return span->driver->rx(span, timeslot);
}

static uint8_t *tx(struct tdm_span *span, unsigned timeslot)
{
	return span->driver->tx(span, timeslot);
}

static void say(struct tdm_span *span, unsigned timeslot, const uint8_t *octets)
{
	memcpy(tx(span, timeslot), octets, TICK_OCTETS);
}

static void assert_idle(const uint8_t *octets, uint8_t idle)
{
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		ck_assert_uint_eq(octets[i], idle);
}

static int send(struct tdm_span *span, const void *frame, size_t len)
{
	return span->driver->hdlc_send(span, D_CHANNEL, frame, len);
}

/* Noise both ways on all timeslots for some rounds; every octet is heard exactly one tick later. The order of
 * a round is a bit of orders: 1 ticks b first. */
static void assert_one_tick(unsigned orders, unsigned rounds)
{
	static uint8_t said[2][TDM_MAX_TIMESLOTS][TICK_OCTETS];
	for (unsigned round = 0; round < rounds; round++, orders >>= 1) {
		tick(orders & 1 ? b : a, orders & 1 ? a : b);
		for (unsigned ts = 1; ts <= 31; ts++) {
			if (ts == D_CHANNEL)
				continue;
			if (round) {
				ck_assert_mem_eq(rx(b, ts), said[0][ts], TICK_OCTETS);
				ck_assert_mem_eq(rx(a, ts), said[1][ts], TICK_OCTETS);
			}
			noise(said[0][ts], TICK_OCTETS);
			noise(said[1][ts], TICK_OCTETS);
			say(a, ts, said[0][ts]);
			say(b, ts, said[1][ts]);
		}
	}
}

START_TEST(sound_is_bit_exact_one_tick_later_whatever_the_order)
{
	static const unsigned orders[] = { 0, 0xffff, 0x5555, 0xaaaa, 0x3333, 0x9c71 };
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		begin();
		assert_one_tick(orders[i], 16);
		finish();
	}
}
END_TEST

START_TEST(sound_written_between_the_two_ticks_is_one_tick_late_too)
{
	uint8_t to_b[TICK_OCTETS], to_a[TICK_OCTETS];
	begin();
	for (unsigned round = 0; round < 8; round++) {
		a->driver->tick(a);
		if (round)
			ck_assert_mem_eq(rx(a, 1), to_a, TICK_OCTETS);
		uint8_t next[TICK_OCTETS];
		noise(next, sizeof(next));
		say(a, 1, next);
		b->driver->tick(b);
		if (round)
			ck_assert_mem_eq(rx(b, 1), to_b, TICK_OCTETS);
		memcpy(to_b, next, sizeof(next));
		noise(to_a, sizeof(to_a));
		say(b, 1, to_a);
	}
	finish();
}
END_TEST

START_TEST(what_is_not_written_is_idle)
{
	uint8_t octets[TICK_OCTETS] = { 1, 2, 3 };
	begin();
	tick(a, b);
	say(a, 5, octets);
	tick(a, b);
	ck_assert_uint_eq(rx(b, 5)[1], 2);
	assert_idle(rx(b, 6), LAW_ALAW_IDLE);
	for (int i = 0; i < 3; i++) {
		tick(a, b);
		assert_idle(rx(b, 5), LAW_ALAW_IDLE);
	}
	finish();
}
END_TEST

START_TEST(unpaired_span_is_red_and_hears_its_own_law_idle)
{
	struct span_config config = { .name = "t1",
				      .driver = "virtual",
				      .far_end = "t2",
				      .type = SPAN_T1,
				      .law = LAW_MULAW };
	a = tdm_open(NULL, &config);
	ck_assert_uint_eq(a->timeslots, 24);
	ck_assert_uint_eq(a->alarms, TDM_ALARM_RED);
	ck_assert_int_eq(a->driver->hdlc_enable(a, 24, true), 0);
	ck_assert_int_eq(a->driver->hdlc_send(a, 24, (const uint8_t *)"x", 1), -ENETDOWN);
	for (int i = 0; i < 3; i++) {
		a->driver->tick(a);
		assert_idle(rx(a, 1), LAW_MULAW_IDLE);
	}
	tdm_close(a);
	alarms_reset();
}
END_TEST

START_TEST(spans_pair_only_when_each_names_the_other)
{
	struct tdm_span *c;
	begin();
	c = open_span("e1-3", "e1-1");
	ck_assert_uint_eq(a->alarms, 0);
	ck_assert_uint_eq(b->alarms, 0);
	ck_assert_uint_eq(c->alarms, TDM_ALARM_RED);
	struct tdm_span *self = open_span("e1-4", "e1-4");
	ck_assert_uint_eq(self->alarms, TDM_ALARM_RED);
	self->driver->tick(self);
	self->driver->tick(self);
	tdm_close(self);
	tdm_close(c);
	finish();
}
END_TEST

START_TEST(timeslots_out_of_range_are_harmless)
{
	static const unsigned bad[] = { 0, 32, 33, 255, 65536, ~0u };
	begin();
	tick(a, b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(tx(a, bad[i]), 0x55, TICK_OCTETS);
		assert_idle(rx(a, bad[i]), LAW_ALAW_IDLE);
		a->driver->cas_send(a, bad[i], 0xf);
		ck_assert_int_eq(a->driver->hdlc_enable(a, bad[i], true), -EINVAL);
		ck_assert_int_eq(a->driver->hdlc_send(a, bad[i], at_a.last, 4), -ENODEV);
	}
	ticks(2);
	for (unsigned ts = 1; ts <= 31; ts++) {
		if (ts != D_CHANNEL)
			assert_idle(rx(b, ts), LAW_ALAW_IDLE);
	}
	ck_assert_uint_eq(at_b.cas_calls, 0);
	finish();
}
END_TEST

START_TEST(frames_of_every_length_arrive_whole_both_ways)
{
	uint8_t frame[TDM_MAX_FRAME];
	begin();
	ticks(2);
	for (size_t len = 1; len <= sizeof(frame); len++) {
		noise(frame, len);
		ck_assert_int_eq(send(a, frame, len), 0);
		ticks(6);
		ck_assert_mem_eq(at_b.last, frame, len);
		ck_assert_int_eq(send(b, frame, len), 0);
		ticks(6);
		ck_assert_mem_eq(at_a.last, frame, len);
		ck_assert_uint_eq(at_a.frames, len);
		ck_assert_uint_eq(at_b.frames, len);
		ck_assert_uint_eq(at_a.lens[len - 1], len);
		ck_assert_uint_eq(at_b.lens[len - 1], len);
	}
	ck_assert_uint_eq(at_b.timeslot, D_CHANNEL);
	finish();
}
END_TEST

START_TEST(short_frame_takes_one_tick)
{
	static const uint8_t sabme[] = { 0x02, 0x01, 0x7f };
	for (int b_first = 0; b_first < 2; b_first++) {
		begin();
		tick(a, b);
		tick(a, b);
		ck_assert_int_eq(send(a, sabme, sizeof(sabme)), 0);
		tick(b_first ? b : a, b_first ? a : b);
		osmo_select_main(1);
		ck_assert_uint_eq(at_b.frames, 0);
		tick(b_first ? b : a, b_first ? a : b);
		osmo_select_main(1);
		ck_assert_uint_eq(at_b.frames, 1);
		finish();
	}
}
END_TEST

START_TEST(refused_frames_say_why)
{
	uint8_t frame[TDM_MAX_FRAME + 1] = { 0 };
	unsigned sent = 0;
	begin();
	ck_assert_int_eq(send(a, frame, sizeof(frame)), -EMSGSIZE);
	ck_assert_int_eq(send(a, frame, 0), -EMSGSIZE);
	ck_assert_int_eq(send(a, frame, 65536 + 4), -EMSGSIZE);
	ck_assert_int_eq(a->driver->hdlc_send(a, 1, frame, 4), -ENODEV);
	while (send(a, frame, 4) == 0)
		ck_assert_uint_lt(++sent, 1000);
	ck_assert_int_eq(send(a, frame, 4), -EAGAIN);
	ticks(10);
	ck_assert_uint_eq(at_b.frames, sent);
	ck_assert_int_eq(send(a, frame, 4), 0);
	ck_assert_int_eq(a->driver->hdlc_enable(a, D_CHANNEL, false), 0);
	ck_assert_int_eq(send(a, frame, 4), -ENODEV);
	ticks(1);
	finish();
}
END_TEST

START_TEST(d_channel_cannot_be_written_as_sound)
{
	begin();
	ticks(2);
	ck_assert_int_eq(send(a, "abcd", 4), 0);
	for (int i = 0; i < 4; i++) {
		tick(a, b);
		memset(tx(a, D_CHANNEL), 0x11, TICK_OCTETS);
		osmo_select_main(1);
	}
	ck_assert_uint_eq(at_b.frames, 1);
	finish();
}
END_TEST

START_TEST(counters_count_frames_errors_and_drops)
{
	struct tdm_counters counters;
	begin();
	ck_assert_int_eq(b->driver->hdlc_enable(b, D_CHANNEL, false), 0);
	ticks(2);
	/* From b come raw octets: a flag, five octets of no frame, a flag. */
	static const uint8_t bad[] = { 0x7e, 0x11, 0x22, 0x33, 0x44, 0x55, 0x7e };
	memset(tx(b, D_CHANNEL), 0x7e, TICK_OCTETS);
	memcpy(tx(b, D_CHANNEL) + 4, bad, sizeof(bad));
	ticks(2);
	ck_assert_int_eq(send(a, "abcd", 4), 0);
	ticks(2);
	tdm_counters_read(a, &counters);
	ck_assert_uint_eq(counters.hdlc_rx_errors, 1);
	ck_assert_uint_eq(counters.hdlc_rx_frames, 0);
	ck_assert_uint_eq(counters.hdlc_tx_frames, 1);
	ck_assert_uint_eq(counters.ticks, 6);
	ck_assert_int_eq(b->driver->hdlc_enable(b, D_CHANNEL, true), 0);
	for (int i = 0; i < 400; i++) { /* control looks away */
		send(a, "ab", 2);
		send(a, "ab", 2);
		tick(a, b);
	}
	osmo_select_main(1);
	tdm_counters_read(b, &counters);
	ck_assert_uint_gt(counters.hdlc_dropped, 0);
	ck_assert_uint_eq(counters.hdlc_rx_frames, counters.hdlc_dropped + at_b.frames);
	finish();
}
END_TEST

START_TEST(cas_bits_arrive_one_tick_later_and_once)
{
	begin();
	tick(a, b);
	a->driver->cas_send(a, 1, 0x9);
	a->driver->cas_send(a, 31, 0xfd);
	osmo_select_main(1);
	ck_assert_uint_eq(at_b.cas_calls, 0);
	ticks(1);
	ck_assert_uint_eq(at_b.cas_calls, 2);
	ck_assert_uint_eq(at_b.abcd[1], 0x9);
	ck_assert_uint_eq(at_b.abcd[31], 0xd);
	ticks(5);
	ck_assert_uint_eq(at_b.cas_calls, 2);
	a->driver->cas_send(a, 1, 0x1);
	tick(b, a);
	osmo_select_main(1);
	ck_assert_uint_eq(at_b.abcd[1], 0x1);
	ck_assert_uint_eq(at_a.cas_calls, 0);
	finish();
}
END_TEST

START_TEST(cas_change_that_finds_no_room_comes_later)
{
	begin();
	ticks(2);
	for (unsigned i = 1; i <= 20; i++) { /* control looks away */
		for (unsigned ts = 1; ts <= 31; ts++)
			a->driver->cas_send(a, ts, (uint8_t)i);
		tick(a, b);
	}
	ticks(2);
	for (unsigned ts = 1; ts <= 31; ts++)
		ck_assert_uint_eq(at_b.abcd[ts], 20 & 0xf);
	finish();
}
END_TEST

START_TEST(cut_is_red_silence_and_no_frames_at_both_ends)
{
	uint8_t octets[TICK_OCTETS];
	begin();
	memset(octets, 0x33, sizeof(octets));
	ticks(2);
	ck_assert_int_eq(send(a, "lost", 4), 0);
	tick(a, b);
	tick(a, b); /* decoded, not yet told */
	ck_assert_int_eq(a->driver->inject(a, TDM_FAULT_CUT), 0);
	ck_assert_uint_eq(at_a.alarms, TDM_ALARM_RED);
	ck_assert_uint_eq(at_b.alarms, TDM_ALARM_RED);
	ck_assert_int_eq(send(a, "lost", 4), -ENETDOWN);
	ck_assert_int_eq(send(b, "lost", 4), -ENETDOWN);
	for (int i = 0; i < 4; i++) {
		ticks(1);
		assert_idle(rx(b, 3), LAW_ALAW_IDLE);
		assert_idle(rx(a, 3), LAW_ALAW_IDLE);
		say(a, 3, octets);
		say(b, 3, octets);
	}
	ck_assert_uint_eq(at_a.frames + at_b.frames, 0);
	finish();
}
END_TEST

START_TEST(restored_cable_carries_again)
{
	struct tdm_counters counters;
	uint8_t octets[TICK_OCTETS];
	begin();
	ticks(2);
	a->driver->inject(a, TDM_FAULT_CUT);
	a->driver->inject(b, TDM_FAULT_CUT);
	ck_assert_uint_eq(at_a.alarm_calls, 2); /* on listening, and once for the cut */
	ticks(3);
	b->driver->inject(b, TDM_FAULT_NONE);
	ck_assert_uint_eq(at_a.alarms, 0);
	ck_assert_uint_eq(at_b.alarms, 0);
	ck_assert_int_eq(a->driver->inject(a, (enum tdm_fault)7), -EINVAL);
	ticks(1);
	memset(octets, 0x33, sizeof(octets));
	say(a, 3, octets);
	ck_assert_int_eq(send(b, "back", 4), 0);
	ticks(1);
	ck_assert_mem_eq(rx(b, 3), octets, TICK_OCTETS);
	ticks(2);
	ck_assert_uint_eq(at_a.frames, 1);
	ck_assert_mem_eq(at_a.last, "back", 4);
	tdm_counters_read(a, &counters);
	ck_assert_uint_eq(counters.hdlc_rx_errors, 0);
	finish();
}
END_TEST

START_TEST(frame_that_a_cut_divides_is_lost_without_a_trace)
{
	struct tdm_counters counters;
	uint8_t frame[TDM_MAX_FRAME] = { 0 };
	begin();
	ticks(2);
	ck_assert_int_eq(send(a, frame, sizeof(frame)), 0);
	ticks(2);
	a->driver->inject(a, TDM_FAULT_CUT);
	ticks(5);
	a->driver->inject(a, TDM_FAULT_NONE);
	ck_assert_int_eq(send(a, "next", 4), 0);
	ticks(3);
	tdm_counters_read(b, &counters);
	ck_assert_uint_eq(counters.hdlc_rx_errors, 0);
	ck_assert_uint_eq(at_b.frames, 1);
	ck_assert_mem_eq(at_b.last, "next", 4);
	finish();
}
END_TEST

START_TEST(far_end_that_is_closed_or_not_ticked_is_not_heard)
{
	uint8_t octets[TICK_OCTETS];
	begin();
	memset(octets, 0x33, sizeof(octets));
	tick(a, b);
	say(b, 3, octets);
	a->driver->tick(a);
	ck_assert_mem_eq(rx(a, 3), octets, TICK_OCTETS);
	for (int i = 0; i < 4; i++) {
		a->driver->tick(a);
		assert_idle(rx(a, 3), LAW_ALAW_IDLE);
	}
	tdm_close(b);
	ck_assert_uint_eq(at_a.alarms, TDM_ALARM_RED);
	a->driver->tick(a);
	assert_idle(rx(a, 3), LAW_ALAW_IDLE);
	tdm_close(a);
	alarms_reset();
}
END_TEST

/* The mg ticks spans in a fixed order; a span that is opened again may come first in it. */
START_TEST(span_opened_again_is_in_step_whatever_its_place)
{
	for (unsigned orders = 0; orders < 2; orders++) {
		for (unsigned again = 0; again < 2; again++) {
			begin();
			tick(a, b);
			struct tdm_span **span = again ? &b : &a;
			struct tdm_span *other = again ? a : b;
			tdm_close(*span);
			for (int i = 0; i < 5; i++)
				other->driver->tick(other);
			*span = again ? open_span("e1-2", "e1-1") : open_span("e1-1", "e1-2");
			ck_assert_uint_eq(a->alarms | b->alarms, 0);
			assert_one_tick(orders ? 0xffff : 0, 8);
			finish();
		}
	}
}
END_TEST

/* As above, with frames under way while the end that came first makes up for its round. */
START_TEST(no_frame_is_lost_when_an_end_falls_into_step)
{
	uint8_t frame[TDM_MAX_FRAME] = { 0 };
	begin();
	tick(a, b);
	tdm_close(a);
	for (int i = 0; i < 5; i++)
		b->driver->tick(b);
	a = open_span("e1-1", "e1-2");
	a->driver->hdlc_enable(a, D_CHANNEL, true);
	listen_to_both();
	ticks(2);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(send(a, frame, 200), 0);
		ck_assert_int_eq(send(b, frame, 200), 0);
	}
	ticks(4);
	rx(b, 1);
	rx(a, 1);
	ticks(20);
	ck_assert_uint_eq(at_a.frames, 5);
	ck_assert_uint_eq(at_b.frames, 5);
	struct tdm_counters counters;
	tdm_counters_read(a, &counters);
	ck_assert_uint_eq(counters.hdlc_rx_errors, 0);
	finish();
}
END_TEST

START_TEST(ends_of_different_kinds_share_what_both_have)
{
	struct span_config t1 = { .name = "t1",
				  .driver = "virtual",
				  .far_end = "e1",
				  .type = SPAN_T1,
				  .law = LAW_MULAW };
	uint8_t octets[TICK_OCTETS];
	memset(octets, 0x33, sizeof(octets));
	a = open_span("e1", "t1");
	b = tdm_open(NULL, &t1);
	tick(a, b);
	say(a, 24, octets);
	memset(tx(b, 25), 0x44, TICK_OCTETS);
	tick(a, b);
	ck_assert_mem_eq(rx(b, 24), octets, TICK_OCTETS);
	assert_idle(rx(a, 25), LAW_MULAW_IDLE);
	finish();
}
END_TEST

static atomic_bool stop;
static _Atomic(struct tdm_span *) attached[2];

static void *media(void *data)
{
	uint8_t octets[TICK_OCTETS] = { 0 };
	(void)data;
	while (!atomic_load(&stop)) {
		for (int i = 0; i < 2; i++) {
			struct tdm_span *span = atomic_load(&attached[i]);
			if (!span)
				continue;
			span->driver->tick(span);
			say(span, 1, octets);
			span->driver->cas_send(span, 2, octets[0]++ & 0xf);
			ck_assert_ptr_nonnull(rx(span, 1));
		}
	}
	return NULL;
}

START_TEST(media_thread_runs_while_control_sends_cuts_and_listens)
{
	struct tdm_counters counters;
	pthread_t thread;
	unsigned sent = 0;
	begin();
	attached[0] = a;
	attached[1] = b;
	ck_assert_int_eq(pthread_create(&thread, NULL, media, NULL), 0);
	while (at_b.frames < 200 || at_a.frames < 200 || sent < 300) {
		if (sent % 50 == 7)
			a->driver->inject(a, TDM_FAULT_CUT);
		if (sent % 50 == 8)
			b->driver->inject(b, TDM_FAULT_NONE);
		int rc = send(a, "ping", 4);
		ck_assert(rc == 0 || rc == -EAGAIN || rc == -ENETDOWN);
		sent += rc != -EAGAIN;
		if (at_b.frames < HEARD / 2)
			send(b, "pong", 4);
		if (at_b.frames >= HEARD / 2)
			at_b.frames = HEARD / 2;
		if (at_a.frames >= HEARD / 2)
			at_a.frames = HEARD / 2;
		tdm_counters_read(b, &counters);
		osmo_select_main(1);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	ck_assert_uint_gt(counters.ticks, 0);
	ck_assert_uint_gt(at_b.cas_calls, 0);
	finish();
}
END_TEST

/* One end is opened and closed on control while the other is ticked. */
START_TEST(one_end_comes_and_goes_while_the_other_is_ticked)
{
	pthread_t thread;
	begin();
	attached[0] = a;
	ck_assert_int_eq(pthread_create(&thread, NULL, media, NULL), 0);
	for (int i = 0; i < 500; i++) {
		tdm_close(b);
		ck_assert_uint_eq(at_a.alarms, TDM_ALARM_RED);
		b = open_span("e1-2", "e1-1");
		ck_assert_uint_eq(at_a.alarms, 0);
		osmo_select_main(1);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	finish();
}
END_TEST

START_TEST(no_memory_is_no_span_and_leaves_nothing)
{
	if (!osmo_log_info)
		log_init(&log_categories, NULL);
	a = open_span("e1-1", "e1-2");
	OOM_EACH(done)
	{
		b = open_span("e1-2", "e1-1");
		struct tdm_span *lone = open_span("e1-3", "e1-4");
		int rc = lone ? lone->driver->hdlc_enable(lone, D_CHANNEL, true) : -ENOMEM;
		oom_off();
		ck_assert_uint_eq(a->alarms, b ? 0 : TDM_ALARM_RED);
		done = b && lone && rc == 0;
		tdm_close(b);
		tdm_close(lone);
		ck_assert_uint_eq(tdm_count(), 1);
	}
	tdm_close(a);
	alarms_reset();
}
END_TEST

UNIT_MAIN("virtual", sound_is_bit_exact_one_tick_later_whatever_the_order,
	  sound_written_between_the_two_ticks_is_one_tick_late_too, what_is_not_written_is_idle,
	  unpaired_span_is_red_and_hears_its_own_law_idle,
	  spans_pair_only_when_each_names_the_other, timeslots_out_of_range_are_harmless,
	  frames_of_every_length_arrive_whole_both_ways, short_frame_takes_one_tick,
	  refused_frames_say_why, d_channel_cannot_be_written_as_sound,
	  counters_count_frames_errors_and_drops, cas_bits_arrive_one_tick_later_and_once,
	  cas_change_that_finds_no_room_comes_later, cut_is_red_silence_and_no_frames_at_both_ends,
	  restored_cable_carries_again, frame_that_a_cut_divides_is_lost_without_a_trace,
	  far_end_that_is_closed_or_not_ticked_is_not_heard,
	  span_opened_again_is_in_step_whatever_its_place,
	  no_frame_is_lost_when_an_end_falls_into_step,
	  ends_of_different_kinds_share_what_both_have,
	  media_thread_runs_while_control_sends_cuts_and_listens,
	  one_end_comes_and_goes_while_the_other_is_ticked, no_memory_is_no_span_and_leaves_nothing)
