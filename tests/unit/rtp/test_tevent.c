/* telephone-event: RFC 4733, both ways. */
#include "rtp/tevent.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

enum { STEP = 160, MS = 1000 };

START_TEST(payload_octets_are_those_of_rfc4733)
{
	static const uint8_t want[4] = { 11, 0x8a, 0x03, 0x20 };
	struct tevent_payload payload = { .event = 11, .end = true, .volume = 10, .duration = 800 },
			      back;
	uint8_t octets[4];

	tevent_write(&payload, octets);
	ck_assert_mem_eq(octets, want, 4);
	ck_assert_int_eq(tevent_parse(octets, 4, &back), 0);
	ck_assert(back.end);
	ck_assert_uint_eq(back.event, 11);
	ck_assert_uint_eq(back.volume, 10);
	ck_assert_uint_eq(back.duration, 800);
	ck_assert_int_eq(tevent_parse(octets, 3, &back), -EINVAL);
	/* The reserved bit is ignored. */
	octets[1] = 0x4a;
	ck_assert_int_eq(tevent_parse(octets, 4, &back), 0);
	ck_assert(!back.end);
	ck_assert_uint_eq(back.volume, 10);
}
END_TEST

START_TEST(digits_and_events)
{
	static const char digits[] = "0123456789*#ABCD";

	for (int event = 0; event < 256; event++)
		ck_assert_int_eq(tevent_digit((uint8_t)event), event < 16 ? digits[event] : 0);
	for (int event = 0; event < 16; event++)
		ck_assert_int_eq(tevent_event(digits[event]), event);
	ck_assert_int_eq(tevent_event(0), -EINVAL);
	ck_assert_int_eq(tevent_event('a'), -EINVAL);
}
END_TEST

/* A row of packets: begun is what each begins, down what is down right after. */
struct arrival {
	unsigned ms;
	uint32_t timestamp;
	uint8_t event;
	bool end;
	uint16_t duration;
	char begun, down;
};

static void receive(struct tevent_rx *rx, const struct arrival *arrivals, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct arrival *a = &arrivals[i];
		struct tevent_payload payload = {
			.event = a->event, .end = a->end, .volume = 10, .duration = a->duration
		};
		char begun = tevent_rx_packet(rx, a->timestamp, &payload, a->ms * MS);
		ck_assert_msg(begun == a->begun, "packet %zu begins '%c'", i, begun);
		char down = tevent_rx_down(rx, a->ms * MS);
		ck_assert_msg(down == a->down, "after packet %zu '%c' is down", i, down);
	}
}

#define RECEIVE(rx, ...)                                                                           \
	do {                                                                                       \
		static const struct arrival arrivals_[] = { __VA_ARGS__ };                         \
		receive(rx, arrivals_, sizeof(arrivals_) / sizeof(arrivals_[0]));                  \
	} while (0)

START_TEST(an_event_is_down_from_its_first_packet_to_its_first_end)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 1000, 5, false, 160, '5', '5' }, { 20, 1000, 5, false, 320, 0, '5' },
		{ 40, 1000, 5, true, 480, 0, 0 }, { 60, 1000, 5, true, 480, 0, 0 },
		{ 80, 1000, 5, true, 480, 0, 0 });
}
END_TEST

START_TEST(a_lost_start_still_gives_the_digit_once)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 20, 1000, 5, false, 320, '5', '5' }, { 40, 1000, 5, true, 480, 0, 0 });
	RECEIVE(&rx, { 240, 3000, 5, true, 480, '5', 0 }, { 260, 3000, 5, true, 480, 0, 0 });
}
END_TEST

START_TEST(timestamp_zero_is_an_event_like_any_other)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 0, 0, true, 480, '0', 0 }, { 20, 0, 0, true, 480, 0, 0 });
}
END_TEST

START_TEST(a_new_event_ends_the_one_before)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 1000, 5, false, 160, '5', '5' }, { 100, 1800, 6, false, 160, '6', '6' },
		{ 200, 2600, 6, false, 160, '6', '6' }, /* the same digit anew */
		{ 220, 2600, 6, true, 320, 0, 0 });
}
END_TEST

START_TEST(late_packets_of_an_earlier_event_are_nothing)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 0xffffff00, 1, false, 160, '1', '1' },
		{ 90, 0x300, 2, false, 160, '2', '2' }, { 95, 0xffffff00, 1, true, 480, 0, '2' },
		{ 100, 0x300, 2, true, 320, 0, 0 }, { 105, 0x300, 2, false, 240, 0, 0 });
}
END_TEST

START_TEST(an_event_without_end_is_ended_by_silence)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 1000, 5, false, 160, '5', '5' });
	ck_assert_int_eq(tevent_rx_down(&rx, 200 * MS), '5');
	ck_assert_int_eq(tevent_rx_down(&rx, 201 * MS), 0);
	RECEIVE(&rx, { 300, 1000, 5, true, 480, 0, 0 }, { 400, 5000, 5, false, 160, '5', '5' });
}
END_TEST

START_TEST(segments_of_a_long_event_are_one_digit)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 8160, 1000, 9, false, 65280, '9', '9' },
		{ 8180, 1000, 9, false, 65535, 0, '9' }, { 8200, 66535, 9, false, 65, 0, '9' },
		{ 16360, 66535, 9, false, 65535, 0, 0 });
	memset(&rx, 0, sizeof(rx));
	/* The packet that said 65535 is lost. */
	RECEIVE(&rx, { 8160, 1000, 9, false, 65280, '9', '9' },
		{ 8200, 66535, 9, false, 65, 0, '9' }, { 8220, 66535, 9, true, 225, 0, 0 });
}
END_TEST

START_TEST(other_events_are_no_digits)
{
	struct tevent_rx rx = { 0 };

	RECEIVE(&rx, { 0, 1000, 16, false, 160, 0, 0 }, { 20, 2000, 255, true, 160, 0, 0 },
		{ 40, 3000, 15, false, 160, 'D', 'D' });
}
END_TEST

/* What is down each interval, and what must be sent. */
struct interval {
	char digit;
	enum tevent_tx_verdict verdict;
	uint8_t event;
	bool end;
	uint16_t duration;
	uint32_t timestamp;
};

static void send(struct tevent_tx *tx, uint32_t *now, const struct interval *intervals, size_t n)
{
	for (size_t i = 0; i < n; i++, *now += STEP) {
		const struct interval *want = &intervals[i];
		struct tevent_payload payload = { 0 };
		uint32_t timestamp = 0;
		enum tevent_tx_verdict verdict =
			tevent_tx_step(tx, want->digit, *now, STEP, &payload, &timestamp);
		ck_assert_msg(verdict == want->verdict, "interval %zu verdict %d", i, verdict);
		if (verdict == TEVENT_NOTHING)
			continue;
		ck_assert_uint_eq(payload.event, want->event);
		ck_assert_msg(payload.end == want->end, "interval %zu end %d", i, payload.end);
		ck_assert_uint_eq(payload.duration, want->duration);
		ck_assert_uint_eq(timestamp, want->timestamp);
		ck_assert_uint_eq(payload.volume, 10);
	}
}

#define SILENT(digit)                                                                              \
	{                                                                                          \
		digit, TEVENT_NOTHING, 0, false, 0, 0                                              \
	}
#define SEND(tx, now, ...)                                                                         \
	do {                                                                                       \
		static const struct interval intervals_[] = { __VA_ARGS__ };                       \
		send(tx, now, intervals_, sizeof(intervals_) / sizeof(intervals_[0]));             \
	} while (0)

START_TEST(start_updates_and_three_ends)
{
	struct tevent_tx tx = { 0 };
	uint32_t now = 1000;

	SEND(&tx, &now, SILENT(0), { '#', TEVENT_SEND_START, 11, false, 160, 1160 },
	     { '#', TEVENT_SEND, 11, false, 320, 1160 }, { '#', TEVENT_SEND, 11, false, 480, 1160 },
	     { 0, TEVENT_SEND, 11, true, 480, 1160 }, { 0, TEVENT_SEND, 11, true, 480, 1160 },
	     { 0, TEVENT_SEND, 11, true, 480, 1160 }, SILENT(0), SILENT('x'));
}
END_TEST

START_TEST(the_next_digit_cuts_the_ends_short)
{
	struct tevent_tx tx = { 0 };
	uint32_t now = 0;

	SEND(&tx, &now, { '1', TEVENT_SEND_START, 1, false, 160, 0 },
	     { 0, TEVENT_SEND, 1, true, 160, 0 }, { '1', TEVENT_SEND_START, 1, false, 160, 320 },
	     { '2', TEVENT_SEND, 1, true, 160, 320 },
	     { '2', TEVENT_SEND_START, 2, false, 160, 640 }, { 0, TEVENT_SEND, 2, true, 160, 640 });
}
END_TEST

/* RFC 4733 2.5.1.3: a full segment is reported, the next begins where it ended, without marker. */
START_TEST(long_events_are_split)
{
	struct tevent_tx tx = { 0 };
	struct tevent_payload payload;
	uint32_t timestamp, full = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		enum tevent_tx_verdict verdict =
			tevent_tx_step(&tx, '8', 160 * i, STEP, &payload, &timestamp);
		ck_assert_int_eq(verdict, i ? TEVENT_SEND : TEVENT_SEND_START);
		ck_assert(!payload.end);
		ck_assert_uint_eq(timestamp % 0xffff, 0);
		full += payload.duration == 0xffff;
		if (payload.duration != 0xffff)
			ck_assert_uint_eq(timestamp + payload.duration, 160 * (i + 1));
	}
	ck_assert_uint_eq(full, 2);
	tevent_tx_step(&tx, 0, 160000, STEP, &payload, &timestamp);
	ck_assert(payload.end);
	ck_assert_uint_eq(timestamp, 2 * 0xffff);
	ck_assert_uint_eq(timestamp + payload.duration, 160000);
}
END_TEST

/* Every kind of loss on the way from sender to receiver: any digit of which one packet arrives is
 * heard once. */
START_TEST(sent_and_received_under_every_single_loss)
{
	for (uint32_t mask = 1; mask < 1 << 10; mask++) {
		struct tevent_tx tx = { 0 };
		struct tevent_rx rx = { 0 };
		unsigned begun = 0;
		for (uint32_t i = 0; i < 12; i++) {
			struct tevent_payload payload;
			uint32_t timestamp;
			char digit = i < 7 ? '4' : 0;
			if (tevent_tx_step(&tx, digit, 160 * i, STEP, &payload, &timestamp) !=
				    TEVENT_NOTHING &&
			    (mask >> i & 1))
				begun += tevent_rx_packet(&rx, timestamp, &payload, 20 * MS * i) ==
					 '4';
		}
		ck_assert_uint_eq(begun, 1);
		ck_assert_int_eq(tevent_rx_down(&rx, 1000 * MS), 0);
	}
}
END_TEST

UNIT_MAIN("tevent", payload_octets_are_those_of_rfc4733, digits_and_events,
	  an_event_is_down_from_its_first_packet_to_its_first_end,
	  a_lost_start_still_gives_the_digit_once, timestamp_zero_is_an_event_like_any_other,
	  a_new_event_ends_the_one_before, late_packets_of_an_earlier_event_are_nothing,
	  an_event_without_end_is_ended_by_silence, segments_of_a_long_event_are_one_digit,
	  other_events_are_no_digits, start_updates_and_three_ends,
	  the_next_digit_cuts_the_ends_short, long_events_are_split,
	  sent_and_received_under_every_single_loss)
