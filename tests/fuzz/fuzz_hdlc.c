/* HDLC of one timeslot against a hostile line. The first octet says how the rest is cut into pieces. Whatever
 * came before, a frame after flags is received, alone and whole; and what is sent is received. */
#include "drivers/hdlc.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TICK = 80 };

struct source {
	const uint8_t *data;
	size_t size, sent;
	struct hdlc_frame last;
};

struct sink {
	unsigned frames;
	struct hdlc_frame last;
};

static void must(bool fact)
{
	if (!fact)
		abort();
}

static void on_frame(void *data, const uint8_t *octets, size_t len)
{
	struct sink *sink = data;
	must(len >= 1 && len <= TDM_MAX_FRAME);
	sink->frames++;
	sink->last.len = (uint16_t)len;
	memcpy(sink->last.octets, octets, len);
}

/* The input cut into frames: a length (of two octets, modulo the limit), then content. */
static bool next_frame(void *data, struct hdlc_frame *frame)
{
	struct source *source = data;
	if (source->size < 3)
		return false;
	size_t len = 1 + (size_t)(source->data[0] << 8 | source->data[1]) % TDM_MAX_FRAME;
	if (len > source->size - 2)
		len = source->size - 2;
	frame->len = (uint16_t)len;
	memcpy(frame->octets, source->data + 2, len);
	source->data += 2 + len;
	source->size -= 2 + len;
	source->sent++;
	source->last = *frame;
	return true;
}

static void receive(struct hdlc_rx *rx, const uint8_t *data, size_t size, size_t piece)
{
	struct sink sink = { 0 };
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		unsigned before = sink.frames;
		unsigned errors = hdlc_rx_feed(rx, data + at, n, on_frame, &sink);
		/* A flag, and so a frame or an error, takes eight bits; seven may be left from before. */
		must(errors + (sink.frames - before) <= n + 1);
	}
}

static void send_and_receive(struct hdlc_rx *rx, const uint8_t *data, size_t size, size_t piece)
{
	struct source source = { .data = data, .size = size };
	struct sink sink = { 0 };
	struct hdlc_tx tx;
	uint8_t line[TICK];
	size_t most = size * 8 + 2 * TICK;

	hdlc_tx_init(&tx);
	for (size_t done = 0; done < most; done += piece) {
		hdlc_tx_fill(&tx, line, piece, next_frame, &source);
		must(hdlc_rx_feed(rx, line, piece, on_frame, &sink) == 0);
	}
	must(sink.frames == source.sent);
	if (source.sent)
		must(sink.last.len == source.last.len &&
		     !memcmp(sink.last.octets, source.last.octets, source.last.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t flags[] = { 0x7e, 0x7e, 0x7e, 0x7e };
	struct sink sink = { 0 };
	struct hdlc_rx rx;

	if (!size)
		return 0;
	size_t piece = 1 + data[0] % TICK;
	hdlc_rx_init(&rx);
	receive(&rx, data + 1, size - 1, piece);
	hdlc_rx_feed(&rx, flags, sizeof(flags), on_frame, &sink);
	send_and_receive(&rx, data + 1, size - 1, piece);
	return 0;
}
