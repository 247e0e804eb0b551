/* The jitter buffer: tables of packets (number, timestamp, arrival) and what is played when; and
 * whole streams drawn by a line that asks as an RTP termination does, when less than a tick is
 * left. */
#include "rtp/jitter.h"

#include <string.h>

#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { RATE = 8000, FRAME = 160, TICK = 80, MS = 1000 };

static const struct jitter_config fixed40 = { .initial_ms = 40, .clock_rate = RATE };
static const struct jitter_config adaptive40 = {
	.adaptive = true, .min_ms = 20, .max_ms = 200, .initial_ms = 40, .clock_rate = RATE
};

static void put_as(struct jitter *jitter, uint32_t ssrc, uint16_t seq, uint32_t timestamp,
		   uint32_t duration, uint64_t us)
{
	uint8_t payload[2] = { seq >> 8, seq & 0xff };
	struct rtp_packet packet = { .pt = 8,
				     .seq = seq,
				     .timestamp = timestamp,
				     .ssrc = ssrc,
				     .payload = payload,
				     .payload_len = duration ? 2 : 0 };

	jitter_put(jitter, &packet, duration, us);
}

static void put(struct jitter *jitter, uint16_t seq, uint32_t timestamp, uint64_t us)
{
	put_as(jitter, 1, seq, timestamp, FRAME, us);
}

static struct jitter_stats stats_of(const struct jitter *jitter)
{
	struct jitter_stats stats;

	jitter_stats(jitter, &stats);
	return stats;
}

/* One line of a table: a packet that comes, or what the line gets. */
struct step {
	enum { IN, FRAME_OUT, LOST, WAIT } what;
	unsigned ms;
	uint16_t seq;
	uint32_t ts; /* IN; LOST: the duration wanted */
};

static void run(struct jitter *jitter, const struct step *steps, size_t n)
{
	static const enum jitter_verdict verdicts[] = { 0, JITTER_FRAME, JITTER_LOST, JITTER_WAIT };

	for (size_t i = 0; i < n; i++) {
		struct jitter_frame frame = { 0 };
		if (steps[i].what == IN) {
			put(jitter, steps[i].seq, steps[i].ts, steps[i].ms * MS);
			continue;
		}
		enum jitter_verdict verdict = jitter_get(jitter, steps[i].ms * MS, &frame);
		ck_assert_msg(verdict == verdicts[steps[i].what], "step %zu: verdict %d", i,
			      verdict);
		if (verdict == JITTER_FRAME) {
			ck_assert_msg(frame.seq == steps[i].seq, "step %zu: played %u", i,
				      frame.seq);
			ck_assert_uint_eq(frame.payload_len, 2);
			ck_assert_uint_eq(frame.payload[0] << 8 | frame.payload[1], frame.seq);
			ck_assert_uint_eq(frame.duration, FRAME);
			ck_assert_uint_eq(frame.pt, 8);
		}
		if (verdict == JITTER_LOST)
			ck_assert_msg(frame.duration == steps[i].ts, "step %zu: lost %u", i,
				      frame.duration);
	}
}

#define RUN(config, ...)                                                                           \
	do {                                                                                       \
		static const struct step steps_[] = { __VA_ARGS__ };                               \
		struct jitter *jitter_ = jitter_new(NULL, config);                                 \
		run(jitter_, steps_, sizeof(steps_) / sizeof(steps_[0]));                          \
		stats = stats_of(jitter_);                                                         \
		jitter_free(jitter_);                                                              \
	} while (0)

START_TEST(the_first_packet_is_played_after_the_delay)
{
	struct jitter_stats stats;

	RUN(&fixed40, { WAIT, 0, 0, 0 }, { IN, 5, 1, 0 }, { WAIT, 10, 0, 0 }, { IN, 25, 2, 160 },
	    { WAIT, 30, 0, 0 }, { WAIT, 44, 0, 0 }, { FRAME_OUT, 45, 1, 0 }, { IN, 45, 3, 320 },
	    { FRAME_OUT, 65, 2, 0 }, { FRAME_OUT, 85, 3, 0 });
	ck_assert_uint_eq(stats.delay_ms, 40);
	ck_assert_uint_eq(stats.target_ms, 40);
	ck_assert_uint_eq(stats.in, 3);
	ck_assert_uint_eq(stats.played, 3);
	ck_assert_uint_eq(stats.lost + stats.late + stats.duplicate + stats.overflow + stats.resync,
			  0);
}
END_TEST

START_TEST(order_is_restored_over_the_wrap)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 65534, 0xffffff00 }, { IN, 30, 0, 0x40 },
	    { IN, 31, 65535, 0xffffffa0 }, { FRAME_OUT, 40, 65534, 0 }, { IN, 50, 1, 0xe0 },
	    { FRAME_OUT, 60, 65535, 0 }, { FRAME_OUT, 80, 0, 0 }, { FRAME_OUT, 100, 1, 0 });
	ck_assert_uint_eq(stats.lost + stats.late + stats.resync, 0);
}
END_TEST

START_TEST(a_stream_that_begins_out_of_order_is_played_whole)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 20, 2, 160 }, { IN, 22, 1, 0 }, { WAIT, 30, 0, 0 },
	    { FRAME_OUT, 40, 1, 0 }, { FRAME_OUT, 60, 2, 0 });
	ck_assert_uint_eq(stats.late + stats.lost, 0);
}
END_TEST

START_TEST(duplicates_are_counted_and_played_once)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { IN, 1, 1, 0 }, { IN, 20, 2, 160 }, { FRAME_OUT, 40, 1, 0 },
	    { IN, 41, 1, 0 }, { FRAME_OUT, 60, 2, 0 }, { IN, 61, 2, 160 }, { LOST, 80, 0, 160 });
	ck_assert_uint_eq(stats.duplicate, 3);
	ck_assert_uint_eq(stats.played, 2);
}
END_TEST

START_TEST(a_missing_packet_is_lost_and_late_when_it_comes)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { IN, 40, 3, 320 }, { FRAME_OUT, 40, 1, 0 },
	    { LOST, 60, 0, 160 }, { IN, 61, 2, 160 }, { FRAME_OUT, 80, 3, 0 });
	ck_assert_uint_eq(stats.lost, 1);
	ck_assert_uint_eq(stats.late, 1);
}
END_TEST

START_TEST(several_missing_packets_share_the_gap)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { FRAME_OUT, 40, 1, 0 }, { IN, 59, 5, 640 },
	    { LOST, 60, 0, 160 }, { LOST, 80, 0, 160 }, { LOST, 100, 0, 160 },
	    { FRAME_OUT, 120, 5, 0 });
	ck_assert_uint_eq(stats.lost, 3);
}
END_TEST

/* Numbers are missing and the timestamp leaps: conceal what the numbers make likely, then
 * silence. */
START_TEST(loss_before_a_silence)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { FRAME_OUT, 40, 1, 0 }, { LOST, 60, 0, 160 },
	    { LOST, 80, 0, 160 }, { LOST, 100, 0, 160 }, { WAIT, 120, 0, 0 }, { WAIT, 130, 0, 0 },
	    { IN, 400, 3, 3200 }, { WAIT, 430, 0, 0 }, { FRAME_OUT, 440, 3, 0 });
	ck_assert_uint_eq(stats.lost, 1);
	ck_assert_uint_eq(stats.delay_ms, 40);
}
END_TEST

START_TEST(silence_suppression_is_waited_for_with_the_same_delay)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { IN, 20, 2, 160 }, { FRAME_OUT, 40, 1, 0 },
	    { IN, 60, 3, 160 + 320 }, { FRAME_OUT, 60, 2, 0 }, { WAIT, 80, 0, 0 },
	    { WAIT, 90, 0, 0 }, { FRAME_OUT, 100, 3, 0 }, { LOST, 120, 0, 160 },
	    { LOST, 140, 0, 160 }, { LOST, 160, 0, 160 }, { WAIT, 180, 0, 0 },
	    { IN, 60000, 4, 480000 }, { WAIT, 60030, 0, 0 }, { FRAME_OUT, 60040, 4, 0 });
	ck_assert_uint_eq(stats.lost + stats.late + stats.resync, 0);
	ck_assert_uint_eq(stats.delay_ms, 40);
}
END_TEST

START_TEST(a_stopped_stream_is_concealed_for_60_ms_and_no_longer)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { FRAME_OUT, 40, 1, 0 }, { LOST, 60, 0, 160 },
	    { LOST, 80, 0, 160 }, { LOST, 100, 0, 160 }, { WAIT, 120, 0, 0 },
	    { WAIT, 10000, 0, 0 });
	ck_assert_uint_eq(stats.lost, 0);
}
END_TEST

START_TEST(fixed_mode_drops_what_is_late_and_keeps_its_delay)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { FRAME_OUT, 40, 1, 0 }, { LOST, 60, 0, 160 },
	    { IN, 65, 2, 160 }, { IN, 66, 3, 320 }, { FRAME_OUT, 80, 3, 0 }, { IN, 81, 4, 480 },
	    { FRAME_OUT, 100, 4, 0 });
	ck_assert_uint_eq(stats.late, 1);
	ck_assert_uint_eq(stats.lost, 0);
	ck_assert_uint_eq(stats.delay_ms, 40);
}
END_TEST

START_TEST(adaptive_mode_plays_what_is_late_and_grows)
{
	struct jitter_stats stats;

	RUN(&adaptive40, { IN, 0, 1, 0 }, { FRAME_OUT, 40, 1, 0 }, { LOST, 60, 0, 160 },
	    { IN, 65, 2, 160 }, { IN, 66, 3, 320 }, { FRAME_OUT, 80, 2, 0 },
	    { FRAME_OUT, 100, 3, 0 });
	ck_assert_uint_eq(stats.late, 0);
	ck_assert_uint_eq(stats.delay_ms, 60);
}
END_TEST

/* The network held everything for two seconds and delivers it at once. */
START_TEST(after_a_burst_the_delay_is_the_old_one)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;

	put(jitter, 0, 0, 0);
	ck_assert_int_eq(jitter_get(jitter, 40 * MS, &frame), JITTER_FRAME);
	for (unsigned ms = 60; ms < 2000; ms += 20)
		jitter_get(jitter, ms * MS, &frame);
	for (uint16_t seq = 1; seq <= 100; seq++)
		put(jitter, seq, FRAME * seq, 2000 * MS);
	for (unsigned ms = 2000; ms < 3000; ms += 20) {
		put(jitter, (uint16_t)(ms / 20 + 1), FRAME * (ms / 20 + 1), (ms + 20) * MS);
		ck_assert_int_eq(jitter_get(jitter, ms * MS, &frame), JITTER_FRAME);
		ck_assert_uint_eq(frame.seq, (ms - 40) / 20);
	}
	ck_assert_uint_eq(stats_of(jitter).delay_ms, 40);
	ck_assert_uint_eq(stats_of(jitter).resync, 1);
	jitter_free(jitter);
}
END_TEST

START_TEST(a_stray_number_is_dropped_and_two_restart)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { IN, 20, 2, 160 }, { IN, 25, 30000, 77 },
	    { FRAME_OUT, 40, 1, 0 }, { IN, 40, 3, 320 }, { FRAME_OUT, 60, 2, 0 },
	    { FRAME_OUT, 80, 3, 0 }, { IN, 81, 5000, 1 << 20 }, { LOST, 100, 0, 160 },
	    { IN, 101, 5001, (1 << 20) + 160 }, { WAIT, 110, 0, 0 },
	    { IN, 121, 5002, (1 << 20) + 320 }, { FRAME_OUT, 141, 5001, 0 },
	    { FRAME_OUT, 161, 5002, 0 });
	ck_assert_uint_eq(stats.late, 2);
	ck_assert_uint_eq(stats.resync, 1);
}
END_TEST

START_TEST(a_jump_back_restarts_too)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 5000, 0 }, { FRAME_OUT, 40, 5000, 0 }, { IN, 41, 4000, 90 },
	    { IN, 61, 4001, 250 }, { WAIT, 100, 0, 0 }, { FRAME_OUT, 101, 4001, 0 });
	ck_assert_uint_eq(stats.resync, 1);
}
END_TEST

START_TEST(a_new_ssrc_restarts)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;

	put_as(jitter, 1, 10, 0, FRAME, 0);
	ck_assert_int_eq(jitter_get(jitter, 40 * MS, &frame), JITTER_FRAME);
	put_as(jitter, 2, 900, 5, FRAME, 40 * MS);
	put_as(jitter, 1, 11, 160, FRAME, 41 * MS); /* a stray of another source changes nothing */
	ck_assert_int_eq(jitter_get(jitter, 60 * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(frame.seq, 11);
	put_as(jitter, 2, 901, 165, FRAME, 60 * MS);
	put_as(jitter, 2, 902, 325, FRAME, 80 * MS);
	ck_assert_int_eq(jitter_get(jitter, 100 * MS, &frame), JITTER_WAIT);
	ck_assert_int_eq(jitter_get(jitter, 120 * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(frame.seq, 902);
	jitter_free(jitter);
}
END_TEST

START_TEST(a_timestamp_jump_alone_is_played_without_a_gap)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 1000 }, { IN, 20, 2, 1160 }, { FRAME_OUT, 40, 1, 0 },
	    { IN, 40, 3, 0x80000000 }, { FRAME_OUT, 60, 2, 0 }, { IN, 60, 4, 0x800000a0 },
	    { FRAME_OUT, 80, 3, 0 }, { IN, 80, 5, 7 }, { FRAME_OUT, 100, 4, 0 },
	    { FRAME_OUT, 120, 5, 0 });
	ck_assert_uint_eq(stats.resync, 2);
	ck_assert_uint_eq(stats.lost, 0);
	ck_assert_uint_eq(stats.delay_ms, 40);
}
END_TEST

START_TEST(timestamps_that_stand_still_are_spread_by_duration)
{
	struct jitter_stats stats;

	RUN(&fixed40, { IN, 0, 1, 0 }, { IN, 20, 2, 0 }, { IN, 40, 3, 0 }, { FRAME_OUT, 40, 1, 0 },
	    { FRAME_OUT, 60, 2, 0 }, { FRAME_OUT, 80, 3, 0 });
	ck_assert_uint_eq(stats.lost + stats.late, 0);
}
END_TEST

/* A key is pressed for 200 ms: ten event packets, then sound again. */
START_TEST(packets_without_sound_fill_their_numbers)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;

	put(jitter, 0, 0, 0);
	ck_assert_int_eq(jitter_get(jitter, 40 * MS, &frame), JITTER_FRAME);
	for (uint16_t i = 1; i <= 200; i++)
		put_as(jitter, 1, i, 160, 0, 20 * MS * i);
	for (unsigned ms = 60; ms < 4000; ms += 20)
		jitter_get(jitter, ms * MS, &frame);
	put(jitter, 201, 201 * FRAME, 4020 * MS);
	ck_assert_int_eq(jitter_get(jitter, 4059 * MS, &frame), JITTER_WAIT);
	ck_assert_int_eq(jitter_get(jitter, 4060 * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(stats_of(jitter).lost, 0);
	ck_assert_uint_eq(stats_of(jitter).played, 2);
	jitter_free(jitter);
}
END_TEST

START_TEST(oversize_packets_are_dropped)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;
	uint8_t payload[JITTER_MAX_PAYLOAD + 1] = { 0 };
	struct rtp_packet packet = { .payload = payload, .payload_len = sizeof(payload) };

	jitter_put(jitter, &packet, sizeof(payload), 0);
	packet.payload_len = 1;
	jitter_put(jitter, &packet, RATE + 1, 0);
	ck_assert_uint_eq(stats_of(jitter).overflow, 2);
	ck_assert_int_eq(jitter_get(jitter, 1000 * MS, &frame), JITTER_WAIT);
	packet.payload_len = JITTER_MAX_PAYLOAD;
	jitter_put(jitter, &packet, JITTER_MAX_PAYLOAD, 1000 * MS);
	ck_assert_int_eq(jitter_get(jitter, 1040 * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(frame.payload_len, JITTER_MAX_PAYLOAD);
	jitter_free(jitter);
}
END_TEST

START_TEST(more_than_the_slots_pushes_the_oldest_out)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;

	for (uint16_t seq = 0; seq < JITTER_SLOTS + 10; seq++)
		put(jitter, seq, FRAME * seq, 0);
	ck_assert_uint_eq(stats_of(jitter).overflow, 10);
	while (jitter_get(jitter, 40 * MS, &frame) != JITTER_FRAME)
		ck_abort_msg("nothing is played");
	ck_assert_uint_ge(frame.seq, 10);
	jitter_free(jitter);
}
END_TEST

/* 5 ms in payload_len equal octets, which tell the number. */
static void put_large(struct jitter *jitter, uint16_t seq, size_t payload_len)
{
	uint8_t payload[JITTER_MAX_PAYLOAD];
	struct rtp_packet packet = { .seq = seq,
				     .timestamp = seq * (TICK / 2),
				     .payload = payload,
				     .payload_len = payload_len };

	memset(payload, seq & 0xff, payload_len);
	jitter_put(jitter, &packet, TICK / 2, seq * 5 * MS);
}

static void get_large(struct jitter *jitter, uint16_t seq, size_t payload_len)
{
	struct jitter_frame frame = { 0 };

	ck_assert_int_eq(jitter_get(jitter, (seq * 5 + 40) * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(frame.seq, seq);
	ck_assert_uint_eq(frame.payload_len, payload_len);
	for (size_t i = 0; i < payload_len; i++)
		ck_assert_uint_eq(frame.payload[i], seq & 0xff);
}

/* 10,240 octets are held at least, in packets of any length. */
START_TEST(large_packets_push_the_oldest_out)
{
	static const size_t lengths[] = { 160, 161, 240, 480, 639, 640 };

	for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
		struct jitter *jitter = jitter_new(NULL, &fixed40);
		const unsigned fit = 10240 / lengths[k];
		uint64_t overflow;

		for (uint16_t seq = 0; seq < 3 * fit; seq++)
			put_large(jitter, seq, lengths[k]);
		overflow = stats_of(jitter).overflow;
		ck_assert_uint_le(overflow, 2 * fit);
		for (uint16_t seq = (uint16_t)overflow; seq < 3 * fit; seq++)
			get_large(jitter, seq, lengths[k]);
		ck_assert_uint_eq(stats_of(jitter).lost, 0);
		ck_assert_uint_eq(stats_of(jitter).played + overflow, 3 * fit);
		jitter_free(jitter);
	}
}
END_TEST

/* A number whose place was taken is given up, and with it those before it that came after it. */
START_TEST(what_came_first_is_given_up_first)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	const unsigned fit = 10240 / 640;

	put_large(jitter, 2, 640);
	put_large(jitter, 1, 640);
	for (uint16_t seq = 3; seq < 3 + fit; seq++)
		put_large(jitter, seq, 640);
	ck_assert_uint_eq(stats_of(jitter).overflow, 2);
	for (uint16_t seq = 3; seq < 3 + fit; seq++)
		get_large(jitter, seq, 640);
	jitter_free(jitter);
}
END_TEST

START_TEST(a_reset_starts_a_new_stream_and_keeps_the_counters)
{
	struct jitter *jitter = jitter_new(NULL, &fixed40);
	struct jitter_frame frame;

	put(jitter, 1, 0, 0);
	ck_assert_int_eq(jitter_get(jitter, 40 * MS, &frame), JITTER_FRAME);
	put(jitter, 2, 160, 40 * MS);
	jitter_reset(jitter);
	ck_assert_int_eq(jitter_get(jitter, 60 * MS, &frame), JITTER_WAIT);
	put(jitter, 40000, 99, 60 * MS);
	ck_assert_int_eq(jitter_get(jitter, 100 * MS, &frame), JITTER_FRAME);
	ck_assert_uint_eq(frame.seq, 40000);
	ck_assert_uint_eq(stats_of(jitter).in, 3);
	ck_assert_uint_eq(stats_of(jitter).resync, 0);
	jitter_free(jitter);
}
END_TEST

START_TEST(impossible_clock_rates_are_refused)
{
	struct jitter_config config = fixed40;

	config.clock_rate = 0;
	ck_assert_ptr_null(jitter_new(NULL, &config));
	config.clock_rate = 1000000000;
	ck_assert_ptr_null(jitter_new(NULL, &config));
}
END_TEST

/* A line and a sender: packet i is sent at i * send_us, delayed by the network, played by ticks of
 * 10 ms. */
struct stream {
	struct jitter *jitter;
	double send_us;      /* between packets: 20000 when the clocks agree */
	unsigned network_us; /* least delay */
	unsigned jitter_us;  /* on top, uniform */
	unsigned loss;       /* one packet in so many, 0: none */
	bool corrects;       /* the owner takes surplus out or in */
	uint32_t seed;
	/* state */
	uint64_t sent, ticks;
	int fifo;
	uint64_t arrival_us[8192]; /* by number; a packet never overtakes another */
	uint64_t last_arrival_us;
	uint16_t delivered;
	/* result */
	unsigned frames, lost, waits, out_of_order;
	uint64_t drawn; /* units, without waits */
	int last_seq;
	uint64_t delay_sum_us, delay_max_us;
};

static uint32_t rnd(struct stream *s, uint32_t below)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(s->seed >> 8) * below) >> 24);
}

static void deliver(struct stream *s, uint64_t now)
{
	while (s->sent * s->send_us <= now) {
		uint64_t at = (uint64_t)(s->sent * s->send_us) + s->network_us +
			      (s->jitter_us ? rnd(s, s->jitter_us) : 0);
		at = at < s->last_arrival_us ? s->last_arrival_us : at;
		s->arrival_us[s->sent++ % 8192] = s->last_arrival_us = at;
	}
	while (s->delivered != (uint16_t)s->sent && s->arrival_us[s->delivered % 8192] <= now) {
		if (!s->loss || rnd(s, s->loss))
			put(s->jitter, s->delivered, (uint32_t)s->delivered * FRAME,
			    s->arrival_us[s->delivered % 8192]);
		s->delivered++;
	}
}

static int corrected(struct stream *s, int duration)
{
	int surplus = s->corrects ? jitter_surplus(s->jitter) : 0;

	surplus = surplus > 40 ? 40 : surplus < -40 ? -40 : surplus;
	jitter_adjusted(s->jitter, surplus);
	return duration - surplus;
}

static void draw(struct stream *s, uint64_t now)
{
	struct jitter_frame frame;
	uint64_t at = now + (uint64_t)s->fifo * 125, delay;

	switch (jitter_get(s->jitter, at, &frame)) {
	case JITTER_FRAME:
		delay = at - (uint64_t)(frame.seq * s->send_us) - s->network_us;
		s->frames++;
		s->out_of_order += frame.seq <= s->last_seq;
		s->last_seq = frame.seq;
		s->delay_sum_us += delay;
		s->delay_max_us = delay > s->delay_max_us ? delay : s->delay_max_us;
		s->drawn += frame.duration;
		s->fifo += corrected(s, (int)frame.duration);
		break;
	case JITTER_LOST:
		s->lost++;
		s->drawn += frame.duration;
		s->fifo += (int)frame.duration;
		break;
	case JITTER_WAIT:
		s->waits++;
		s->fifo = TICK;
		break;
	}
}

/* Runs to end_ms. Numbers must not wrap: at most 20 minutes in all. */
static void run_stream(struct stream *s, unsigned end_ms)
{
	s->frames = s->lost = s->waits = 0;
	s->delay_sum_us = s->delay_max_us = 0;
	for (; s->ticks * 10 < end_ms; s->ticks++) {
		uint64_t now = s->ticks * 10 * MS;
		deliver(s, now);
		while (s->fifo < TICK)
			draw(s, now);
		s->fifo -= TICK;
	}
}

static struct stream stream_of(const struct jitter_config *config)
{
	return (struct stream){
		.jitter = jitter_new(NULL, config),
		.send_us = 20000,
		.network_us = 3000,
		.seed = 1,
		.last_seq = -1,
	};
}

START_TEST(fixed_mode_plays_all_in_order_with_its_delay)
{
	static const unsigned phases_us[] = { 0, 1, 3000, 9999, 12345 };

	for (unsigned i = 0; i < 5; i++) {
		struct stream s = stream_of(&fixed40);
		s.network_us = phases_us[i];
		run_stream(&s, 60000);
		ck_assert_uint_ge(s.frames, 2995);
		ck_assert_uint_eq(s.lost + s.out_of_order, 0);
		/* The line asks each 10 ms, so the first packet waits up to so much longer. */
		ck_assert_uint_ge(s.delay_sum_us / s.frames, 40000 - 125);
		ck_assert_uint_lt(s.delay_max_us, 50000);
		struct jitter_stats stats = stats_of(s.jitter);
		ck_assert_uint_eq(stats.played, s.frames);
		ck_assert_uint_eq(stats.late + stats.overflow + stats.resync + stats.duplicate, 0);
		jitter_free(s.jitter);
	}
}
END_TEST

START_TEST(fixed_mode_bears_jitter_within_its_delay)
{
	struct stream s = stream_of(&fixed40);

	s.jitter_us = 38000;
	run_stream(&s, 60000);
	ck_assert_uint_ge(s.frames, 2990);
	ck_assert_uint_le(s.lost, 2);
	ck_assert_uint_lt(s.delay_max_us, 80000);
	jitter_free(s.jitter);
}
END_TEST

/* 500 ppm, ten times what clocks may differ by: the delay stays, a frame is skipped or inserted now
 * and then. */
START_TEST(fixed_mode_follows_a_fast_clock)
{
	struct stream s = stream_of(&fixed40);

	s.send_us = 20000 * (1 - 500e-6);
	run_stream(&s, 1000000);
	struct jitter_stats stats = stats_of(s.jitter);
	ck_assert_uint_ge(stats.overflow, 20);
	ck_assert_uint_le(stats.overflow, 26);
	ck_assert_uint_eq(s.lost + s.out_of_order, 0);
	ck_assert_uint_lt(s.delay_max_us, 80000);
	jitter_free(s.jitter);
}
END_TEST

START_TEST(fixed_mode_follows_a_slow_clock)
{
	struct stream s = stream_of(&fixed40);

	s.send_us = 20000 * (1 + 500e-6);
	run_stream(&s, 1000000);
	struct jitter_stats stats = stats_of(s.jitter);
	ck_assert_uint_ge(s.lost, 20);
	ck_assert_uint_le(s.lost, 26);
	ck_assert_uint_eq(stats.late + stats.lost + s.out_of_order, 0);
	jitter_free(s.jitter);
}
END_TEST

/* The path becomes 100 ms longer, then short again: within seconds the delay over the path is as
 * before. */
START_TEST(fixed_mode_follows_the_path)
{
	struct stream s = stream_of(&fixed40);

	run_stream(&s, 10000);
	s.network_us += 100000;
	run_stream(&s, 20000);
	run_stream(&s, 30000);
	ck_assert_uint_eq(s.lost + s.waits, 0);
	ck_assert_uint_lt(s.delay_max_us, 50000);
	s.network_us -= 100000;
	run_stream(&s, 40000);
	run_stream(&s, 50000);
	ck_assert_uint_eq(s.lost + s.waits, 0);
	ck_assert_uint_lt(s.delay_max_us, 80000);
	jitter_free(s.jitter);
}
END_TEST

START_TEST(adaptive_target_follows_jitter_and_keeps_loss_low)
{
	static const struct {
		unsigned jitter_ms, least_ms, most_ms;
	} cases[] = {
		{ 0, 20, 20 }, { 10, 20, 20 }, { 60, 50, 70 }, { 150, 100, 160 }, { 400, 200, 200 }
	};

	for (unsigned i = 0; i < 5; i++) {
		struct stream s = stream_of(&adaptive40);
		s.jitter_us = cases[i].jitter_ms * MS;
		s.corrects = true;
		run_stream(&s, 60000);
		run_stream(&s, 120000);
		unsigned target = stats_of(s.jitter).target_ms;
		ck_assert_msg(target >= cases[i].least_ms && target <= cases[i].most_ms,
			      "jitter %u ms: target %u ms", cases[i].jitter_ms, target);
		if (cases[i].jitter_ms <= 200)
			ck_assert_uint_le(s.lost, 3000 * 2 / 100);
		ck_assert_uint_eq(s.out_of_order, 0);
		jitter_free(s.jitter);
	}
}
END_TEST

START_TEST(adaptive_target_rises_at_once_and_sinks_slowly)
{
	struct stream s = stream_of(&adaptive40);

	s.corrects = true;
	run_stream(&s, 20000);
	ck_assert_uint_eq(stats_of(s.jitter).target_ms, 20);
	s.jitter_us = 120 * MS;
	run_stream(&s, 23000);
	ck_assert_uint_ge(stats_of(s.jitter).target_ms, 90);
	s.jitter_us = 0;
	run_stream(&s, 26000);
	ck_assert_uint_ge(stats_of(s.jitter).target_ms, 80);
	run_stream(&s, 60000);
	ck_assert_uint_eq(stats_of(s.jitter).target_ms, 20);
	run_stream(&s, 61000);
	ck_assert_uint_lt(s.delay_max_us, 40000);
	jitter_free(s.jitter);
}
END_TEST

START_TEST(surplus_is_told_until_it_is_corrected)
{
	struct jitter *jitter = jitter_new(NULL, &adaptive40);
	struct jitter_frame frame;

	for (uint16_t seq = 0; seq < 3; seq++)
		put(jitter, seq, seq * FRAME, seq * 20 * MS);
	ck_assert_int_eq(jitter_surplus(jitter), 0);
	/* The line asks 15 ms later than it could have. */
	ck_assert_int_eq(jitter_get(jitter, 55 * MS, &frame), JITTER_FRAME);
	ck_assert_int_eq(jitter_surplus(jitter), 120);
	jitter_adjusted(jitter, 40);
	ck_assert_int_eq(jitter_surplus(jitter), 80);
	ck_assert_int_eq(jitter_get(jitter, 70 * MS, &frame), JITTER_FRAME);
	ck_assert_int_eq(jitter_surplus(jitter), 80);
	jitter_adjusted(jitter, 160);
	ck_assert_int_eq(jitter_surplus(jitter), -80);
	jitter_adjusted(jitter, -60);
	ck_assert_int_eq(jitter_surplus(jitter), 0);
	jitter_free(jitter);
	jitter = jitter_new(NULL, &fixed40);
	put(jitter, 0, 0, 0);
	ck_assert_int_eq(jitter_get(jitter, 55 * MS, &frame), JITTER_FRAME);
	ck_assert_int_eq(jitter_surplus(jitter), 0);
	jitter_free(jitter);
}
END_TEST

START_TEST(random_loss_is_concealed_frame_by_frame)
{
	struct stream s = stream_of(&fixed40);

	s.loss = 10;
	run_stream(&s, 100000);
	struct jitter_stats stats = stats_of(s.jitter);
	ck_assert_uint_eq(stats.late + stats.overflow, 0);
	ck_assert_uint_ge(stats.lost, 450);
	ck_assert_uint_le(stats.lost, 550);
	ck_assert_uint_ge(s.drawn, 4995 * FRAME);
	ck_assert_uint_le(s.drawn, 5000 * FRAME);
	ck_assert_uint_lt(s.delay_max_us, 50000);
	jitter_free(s.jitter);
}
END_TEST

/* Packets of 5 to 60 ms. */
START_TEST(any_packet_length_is_played_whole)
{
	static const unsigned lengths_ms[] = { 5, 10, 20, 30, 60 };

	for (unsigned k = 0; k < 5; k++) {
		struct jitter *jitter = jitter_new(NULL, &fixed40);
		struct jitter_frame frame;
		unsigned ms = lengths_ms[k], played = 0;
		int fifo = 0;
		for (unsigned now = 0; now < 10000; now += 10) {
			for (unsigned at = now; at < now + 10; at++)
				if (at % ms == 0)
					put_as(jitter, 1, (uint16_t)(at / ms), at * 8, ms * 8,
					       at * MS);
			while (fifo < TICK) {
				enum jitter_verdict verdict =
					jitter_get(jitter, now * MS + (uint64_t)fifo * 125, &frame);
				ck_assert_int_ne(verdict, JITTER_LOST);
				if (verdict == JITTER_FRAME)
					ck_assert_uint_eq(frame.seq, played++);
				ck_assert(verdict == JITTER_FRAME || now <= 40);
				fifo += verdict == JITTER_FRAME ? (int)frame.duration : TICK;
			}
			fifo -= TICK;
		}
		ck_assert_uint_ge(played, 9900 / ms);
		ck_assert_uint_eq(stats_of(jitter).overflow + stats_of(jitter).late, 0);
		jitter_free(jitter);
	}
}
END_TEST

START_TEST(lack_of_memory_is_no_buffer)
{
	OOM_EACH(done)
	{
		struct jitter *jitter = jitter_new(NULL, &adaptive40);

		oom_off();
		done = jitter != NULL;
		if (jitter)
			jitter_free(jitter);
	}
}
END_TEST

UNIT_MAIN("jitter", the_first_packet_is_played_after_the_delay, order_is_restored_over_the_wrap,
	  a_stream_that_begins_out_of_order_is_played_whole, duplicates_are_counted_and_played_once,
	  a_missing_packet_is_lost_and_late_when_it_comes, several_missing_packets_share_the_gap,
	  loss_before_a_silence, silence_suppression_is_waited_for_with_the_same_delay,
	  a_stopped_stream_is_concealed_for_60_ms_and_no_longer,
	  fixed_mode_drops_what_is_late_and_keeps_its_delay,
	  adaptive_mode_plays_what_is_late_and_grows, after_a_burst_the_delay_is_the_old_one,
	  a_stray_number_is_dropped_and_two_restart, a_jump_back_restarts_too, a_new_ssrc_restarts,
	  a_timestamp_jump_alone_is_played_without_a_gap,
	  timestamps_that_stand_still_are_spread_by_duration,
	  packets_without_sound_fill_their_numbers, oversize_packets_are_dropped,
	  more_than_the_slots_pushes_the_oldest_out, large_packets_push_the_oldest_out,
	  what_came_first_is_given_up_first, a_reset_starts_a_new_stream_and_keeps_the_counters,
	  impossible_clock_rates_are_refused, fixed_mode_plays_all_in_order_with_its_delay,
	  fixed_mode_bears_jitter_within_its_delay, fixed_mode_follows_a_fast_clock,
	  fixed_mode_follows_a_slow_clock, fixed_mode_follows_the_path,
	  adaptive_target_follows_jitter_and_keeps_loss_low,
	  adaptive_target_rises_at_once_and_sinks_slowly, surplus_is_told_until_it_is_corrected,
	  random_loss_is_concealed_frame_by_frame, any_packet_length_is_played_whole,
	  lack_of_memory_is_no_buffer)
