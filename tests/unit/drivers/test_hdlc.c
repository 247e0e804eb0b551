/* HDLC of one timeslot: the bits of a line in an array. */
#include "drivers/hdlc.h"

#include <string.h>

#include <osmocom/core/crc16.h>

#include "tests/unit/unit.h"

enum { LINE_ROOM = 4096, FRAMES = 64 };

/* A line of bits, first bit first; octets are made from it at any bit offset. */
struct line {
	uint8_t bits[LINE_ROOM * 8];
	size_t n;
	unsigned ones; /* in a row, of frame content */
};

struct heard {
	struct hdlc_frame frames[FRAMES];
	unsigned n, errors;
};

/* Of millions, so that Check is told of none: it writes down every assertion that holds. */
static void put_bit(struct line *line, unsigned bit)
{
	if (line->n == sizeof(line->bits))
		ck_abort_msg("the line has no room");
	line->bits[line->n++] = bit & 1;
}

static void put_bits(struct line *line, const char *bits)
{
	for (; *bits; bits++)
		put_bit(line, *bits == '1');
}

static void put_flag(struct line *line)
{
	put_bits(line, "01111110");
	line->ones = 0;
}

/* ISO/IEC 13239 4.3: a zero after five ones; least significant bit of an octet first (Q.921 2.8.1) */
static void put_octet(struct line *line, uint8_t octet)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned bit = octet >> i & 1;
		put_bit(line, bit);
		line->ones = bit ? line->ones + 1 : 0;
		if (line->ones == 5)
			put_bit(line, line->ones = 0);
	}
}

static void put_content(struct line *line, const uint8_t *octets, size_t len)
{
	uint16_t fcs = osmo_crc16_ccitt(0xffff, octets, len) ^ 0xffff;
	for (size_t i = 0; i < len; i++)
		put_octet(line, octets[i]);
	put_octet(line, fcs & 0xff);
	put_octet(line, fcs >> 8);
}

static void on_frame(void *data, const uint8_t *octets, size_t len)
{
	struct heard *heard = data;
	ck_assert_uint_lt(heard->n, FRAMES);
	ck_assert_uint_ge(len, 1);
	ck_assert_uint_le(len, TDM_MAX_FRAME);
	struct hdlc_frame *frame = &heard->frames[heard->n++];
	frame->len = (uint16_t)len;
	memcpy(frame->octets, octets, len);
}

/* The line from the offset-th bit of an octet on, closed by a few flags, in pieces of a tick. */
static struct heard listen(struct line line, unsigned offset)
{
	struct heard heard = { .n = 0 };
	struct hdlc_rx rx;
	uint8_t octets[LINE_ROOM] = { 0 };

	for (int i = 0; i < 4; i++)
		put_flag(&line);
	for (size_t i = 0; i < line.n; i++)
		octets[(i + offset) / 8] |= (uint8_t)(line.bits[i] << (7 - (i + offset) % 8));
	hdlc_rx_init(&rx);
	size_t n = (line.n + offset) / 8;
	for (size_t at = 0; at < n; at += TICK_OCTETS) {
		size_t piece = n - at < TICK_OCTETS ? n - at : TICK_OCTETS;
		heard.errors += hdlc_rx_feed(&rx, octets + at, piece, on_frame, &heard);
	}
	return heard;
}

static void fill(uint8_t *octets, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		octets[i] = (uint8_t)(seed >> 16);
	}
}

static void assert_frame(const struct hdlc_frame *frame, const uint8_t *octets, size_t len)
{
	ck_assert_uint_eq(frame->len, len);
	ck_assert_mem_eq(frame->octets, octets, len);
}

static const uint8_t good[] = { 0x02, 0x01, 0x7f }; /* SABME to TEI 0 (Q.921 3.6.2) */

START_TEST(every_length_at_every_bit_offset_is_received)
{
	uint8_t octets[TDM_MAX_FRAME];
	for (size_t len = 1; len <= sizeof(octets); len++) {
		struct line line = { .n = 0 };
		fill(octets, len, (unsigned)len);
		put_flag(&line);
		put_content(&line, octets, len);
		put_flag(&line);
		struct heard heard = listen(line, len % 8);
		ck_assert_uint_eq(heard.n, 1);
		ck_assert_uint_eq(heard.errors, 0);
		assert_frame(&heard.frames[0], octets, len);
	}
}
END_TEST

START_TEST(frames_may_share_a_flag)
{
	for (unsigned offset = 0; offset < 8; offset++) {
		struct line line = { .n = 0 };
		for (int i = 0; i < 5; i++) {
			put_flag(&line);
			put_content(&line, good, sizeof(good));
		}
		put_flag(&line);
		struct heard heard = listen(line, offset);
		ck_assert_uint_eq(heard.n, 5);
		ck_assert_uint_eq(heard.errors, 0);
	}
}
END_TEST

START_TEST(flags_may_share_a_zero)
{
	for (unsigned offset = 0; offset < 8; offset++) {
		struct line line = { .n = 0 };
		put_bits(&line, "011111101111110111111011111101111110");
		put_content(&line, good, sizeof(good));
		put_bits(&line, "01111110111111011111101111110");
		put_content(&line, good, sizeof(good));
		put_flag(&line);
		struct heard heard = listen(line, offset);
		ck_assert_uint_eq(heard.n, 2);
		ck_assert_uint_eq(heard.errors, 0);
	}
}
END_TEST

START_TEST(any_single_bit_error_spoils_its_frame_alone)
{
	uint8_t octets[20];
	struct line line = { .n = 0 };
	fill(octets, sizeof(octets), 7);
	put_flag(&line);
	size_t begin = line.n;
	put_content(&line, octets, sizeof(octets));
	size_t end = line.n;
	put_flag(&line);
	put_flag(&line);
	put_content(&line, good, sizeof(good));
	put_flag(&line);
	for (size_t bit = begin; bit < end; bit++) {
		line.bits[bit] ^= 1;
		struct heard heard = listen(line, bit % 8);
		line.bits[bit] ^= 1;
		ck_assert_uint_eq(heard.n, 1);
		ck_assert_uint_ge(heard.errors, 1);
		assert_frame(&heard.frames[0], good, sizeof(good));
	}
}
END_TEST

/* ISO/IEC 13239 4.2: seven ones abort a frame */
static struct line aborted(size_t len, const char *ones)
{
	struct line line = { .n = 0 };
	uint8_t octets[TDM_MAX_FRAME] = { 0 };
	put_flag(&line);
	for (size_t i = 0; i < len; i++)
		put_octet(&line, octets[i]);
	put_bits(&line, ones);
	return line;
}

START_TEST(aborted_frame_is_one_error_and_the_next_is_good)
{
	static const char *const ends[] = { "1111111", "11111111", "0111111111111111111111111111",
					    "11111110" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (unsigned offset = 0; offset < 8; offset++) {
			struct line line = aborted(9, ends[i]);
			put_flag(&line);
			put_content(&line, good, sizeof(good));
			put_flag(&line);
			struct heard heard = listen(line, offset);
			ck_assert_uint_eq(heard.n, 1);
			ck_assert_uint_eq(heard.errors, 1);
			assert_frame(&heard.frames[0], good, sizeof(good));
		}
	}
}
END_TEST

START_TEST(what_follows_an_abort_without_a_flag_is_no_frame)
{
	for (unsigned offset = 0; offset < 8; offset++) {
		for (size_t len = 1; len < 12; len++) {
			struct line line = aborted(len, "11111110");
			put_content(&line, good, sizeof(good));
			put_bits(&line, "11111110");
			put_content(&line, good, sizeof(good));
			put_flag(&line);
			struct heard heard = listen(line, offset);
			ck_assert_uint_eq(heard.n, 0);
			ck_assert_uint_eq(heard.errors, 1);
		}
	}
}
END_TEST

START_TEST(idle_ones_between_frames_are_no_error)
{
	for (unsigned offset = 0; offset < 8; offset++) {
		struct line line = { .n = 0 };
		for (int frame = 0; frame < 3; frame++) {
			for (int i = 0; i < 1000 + frame; i++)
				put_bit(&line, 1);
			put_flag(&line);
			put_content(&line, good, sizeof(good));
			put_flag(&line);
		}
		struct heard heard = listen(line, offset);
		ck_assert_uint_eq(heard.n, 3);
		ck_assert_uint_eq(heard.errors, 0);
	}
}
END_TEST

START_TEST(oversize_frame_is_one_error_whatever_its_length)
{
	uint8_t octets[3 * TDM_MAX_FRAME];
	fill(octets, sizeof(octets), 3);
	for (size_t len = TDM_MAX_FRAME + 1; len <= sizeof(octets); len++) {
		struct line line = { .n = 0 };
		put_flag(&line);
		put_content(&line, octets, len); /* good FCS: its tail must not pass for a frame */
		put_flag(&line);
		put_content(&line, good, sizeof(good)); /* shares the flag */
		put_flag(&line);
		struct heard heard = listen(line, len % 8);
		ck_assert_uint_eq(heard.n, 1);
		ck_assert_uint_eq(heard.errors, 1);
		assert_frame(&heard.frames[0], good, sizeof(good));
	}
}
END_TEST

START_TEST(too_short_for_an_fcs_is_an_error)
{
	struct line line = { .n = 0 };
	put_flag(&line);
	put_octet(&line, 0x55);
	put_flag(&line);
	put_content(&line, good, sizeof(good));
	put_flag(&line);
	struct heard heard = listen(line, 3);
	ck_assert_uint_eq(heard.n, 1);
	ck_assert_uint_eq(heard.errors, 1);
}
END_TEST

START_TEST(what_comes_before_the_first_flag_is_no_error)
{
	for (unsigned offset = 0; offset < 8; offset++) {
		struct line line = { .n = 0 };
		put_content(&line, good, sizeof(good));
		put_flag(&line);
		put_content(&line, good, sizeof(good));
		put_flag(&line);
		struct heard heard = listen(line, offset);
		ck_assert_uint_eq(heard.n, 1);
		ck_assert_uint_eq(heard.errors, 0);
	}
}
END_TEST

struct queue {
	struct hdlc_frame frames[FRAMES];
	unsigned n, next;
};

static bool next_frame(void *data, struct hdlc_frame *frame)
{
	struct queue *queue = data;
	if (queue->next == queue->n)
		return false;
	*frame = queue->frames[queue->next++];
	return true;
}

static void enqueue(struct queue *queue, size_t len)
{
	struct hdlc_frame *frame = &queue->frames[queue->n];
	frame->len = (uint16_t)len;
	fill(frame->octets, len, queue->n++);
}

START_TEST(sent_bits_are_those_of_the_specification)
{
	struct line line = { .n = 0 };
	struct queue queue = { .n = 1, .frames = { { .len = 4, .octets = "\x02\x01\xff\xff" } } };
	uint8_t octets[TICK_OCTETS], expected[TICK_OCTETS];
	struct hdlc_tx tx;

	put_flag(&line);
	put_content(&line, queue.frames[0].octets, queue.frames[0].len);
	while (line.n < sizeof(octets) * 8)
		put_flag(&line);
	memset(expected, 0, sizeof(expected));
	for (size_t i = 0; i < sizeof(octets) * 8; i++)
		expected[i / 8] |= (uint8_t)(line.bits[i] << (7 - i % 8));
	hdlc_tx_init(&tx);
	hdlc_tx_fill(&tx, octets, sizeof(octets), next_frame, &queue);
	ck_assert_mem_eq(octets, expected, sizeof(octets));
}
END_TEST

START_TEST(idle_line_carries_flags)
{
	struct queue queue = { .n = 0 };
	uint8_t octets[TICK_OCTETS], flags[TICK_OCTETS];
	struct hdlc_tx tx;
	hdlc_tx_init(&tx);
	hdlc_tx_fill(&tx, octets, sizeof(octets), next_frame, &queue);
	memset(flags, 0x7e, sizeof(flags));
	ck_assert_mem_eq(octets, flags, sizeof(octets));
}
END_TEST

/* Frames of the lengths given by step, through the encoder in pieces, to the decoder. */
static void send_and_receive(size_t first, size_t step, size_t piece)
{
	struct queue queue = { .n = 0 };
	struct heard heard = { .n = 0 };
	struct hdlc_tx tx;
	struct hdlc_rx rx;
	uint8_t octets[TICK_OCTETS];

	for (size_t len = first; queue.n < FRAMES && len <= TDM_MAX_FRAME; len += step)
		enqueue(&queue, len);
	hdlc_tx_init(&tx);
	hdlc_rx_init(&rx);
	for (size_t done = 0; done < (size_t)queue.n * (TDM_MAX_FRAME + 8) * 2; done += piece) {
		hdlc_tx_fill(&tx, octets, piece, next_frame, &queue);
		heard.errors += hdlc_rx_feed(&rx, octets, piece, on_frame, &heard);
	}
	ck_assert_uint_eq(heard.errors, 0);
	ck_assert_uint_eq(heard.n, queue.n);
	for (unsigned i = 0; i < queue.n; i++)
		assert_frame(&heard.frames[i], queue.frames[i].octets, queue.frames[i].len);
}

START_TEST(what_is_sent_is_received_whole_and_in_order)
{
	for (size_t first = 1; first < 9; first++)
		send_and_receive(first, 5, TICK_OCTETS);
}
END_TEST

START_TEST(frames_of_one_octet_in_a_row_are_not_lost)
{
	for (size_t piece = 1; piece <= TICK_OCTETS; piece++)
		send_and_receive(1, 0, piece);
}
END_TEST

START_TEST(pieces_of_any_size_make_the_same_line)
{
	for (size_t piece = 1; piece < TICK_OCTETS; piece++)
		send_and_receive(1, 7, piece);
}
END_TEST

UNIT_MAIN("hdlc", every_length_at_every_bit_offset_is_received, frames_may_share_a_flag,
	  flags_may_share_a_zero, any_single_bit_error_spoils_its_frame_alone,
	  aborted_frame_is_one_error_and_the_next_is_good,
	  what_follows_an_abort_without_a_flag_is_no_frame, idle_ones_between_frames_are_no_error,
	  oversize_frame_is_one_error_whatever_its_length, too_short_for_an_fcs_is_an_error,
	  what_comes_before_the_first_flag_is_no_error, sent_bits_are_those_of_the_specification,
	  idle_line_carries_flags, what_is_sent_is_received_whole_and_in_order,
	  frames_of_one_octet_in_a_row_are_not_lost, pieces_of_any_size_make_the_same_line)
