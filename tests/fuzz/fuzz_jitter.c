/* The jitter buffer: octets as a script of packets and questions. The first chooses fixed or
 * adaptive mode. Every packet is accounted for, numbers never run backwards within a stream, and
 * concealment ends. */
#include "gateway/rtp/jitter.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *data;
	size_t size;
	struct jitter *jitter;
	uint64_t now_us;
	unsigned lost_in_a_row;
	uint64_t resyncs; /* when the last frame was played */
	int last_seq;
};

static void check(bool good)
{
	if (!good)
		abort();
}

static uint32_t take(struct script *script, unsigned n)
{
	uint32_t value = 0;

	for (; n; n--, script->size -= script->size ? 1 : 0)
		value = value << 8 | (script->size ? *script->data++ : 0);
	return value;
}

static void ask(struct script *script)
{
	struct jitter_frame frame = { 0 };
	const struct jitter_stats *stats = &script->jitter->stats;
	enum jitter_verdict verdict = jitter_get(script->jitter, script->now_us, &frame);

	script->lost_in_a_row = verdict == JITTER_LOST ? script->lost_in_a_row + 1 : 0;
	check(script->lost_in_a_row <= JITTER_SLOTS + 500);
	check(verdict != JITTER_LOST || frame.duration);
	check(frame.payload_len <= JITTER_MAX_PAYLOAD && frame.duration <= script->jitter->rate);
	if (verdict != JITTER_FRAME)
		return;
	if (script->last_seq >= 0 && script->resyncs == stats->resync)
		check((int16_t)(frame.seq - script->last_seq) > 0);
	script->last_seq = frame.seq;
	script->resyncs = stats->resync;
}

static void put(struct script *script, uint16_t seq, uint32_t timestamp, uint32_t duration)
{
	static const uint8_t payload[JITTER_MAX_PAYLOAD + 1];
	struct rtp_packet packet = { .seq = seq, .timestamp = timestamp, .payload = payload };

	packet.ssrc = duration >> 14;
	packet.payload_len = duration % (JITTER_MAX_PAYLOAD + 2);
	jitter_put(script->jitter, &packet, duration & 0x3fff, script->now_us);
}

static void step(struct script *script)
{
	struct jitter_stats stats;
	uint32_t op = take(script, 1);
	uint16_t seq = op & 0x3f;

	switch (op >> 6) {
	case 0: /* a packet in line, or nearly */
		put(script, seq, seq * 160, 160);
		break;
	case 1: /* any packet */
		seq = (uint16_t)take(script, 2);
		put(script, seq, take(script, 4), take(script, 2));
		break;
	case 2:
		ask(script);
		jitter_adjusted(script->jitter, op & 0x20 ? jitter_surplus(script->jitter) : 0);
		break;
	case 3:
		script->now_us += (uint64_t)(op & 0x3f) * (op & 0x3f) * 1000;
		break;
	}
	jitter_stats(script->jitter, &stats);
	check(stats.played <= stats.in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jitter_config config = {
		.min_ms = 20, .max_ms = 200, .initial_ms = 40, .clock_rate = 8000
	};
	struct script script = { .data = data, .size = size, .last_seq = -1 };

	config.adaptive = take(&script, 1) & 1;
	script.jitter = jitter_new(NULL, &config);
	if (!script.jitter)
		return 0;
	while (script.size)
		step(&script);
	jitter_free(script.jitter);
	return 0;
}
