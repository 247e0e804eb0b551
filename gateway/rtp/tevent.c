/* telephone-event, RFC 4733. Receiving: an event is known by its timestamp, whatever of it is lost;
 * what comes later with the same one is the same event. Sending: updates while the digit is down,
 * then three packets with the end bit, or fewer when the next digit begins. */
#include "rtp/tevent.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/bit16gen.h>

enum {
	SEGMENT_MAX = 0xffff, /* RFC 4733 2.5.1.3 */
	STALE = 2 * 0xffff,  /* units; a packet that far behind is a late one of an earlier event */
	SILENCE_US = 200000, /* over three intervals of 60 ms */
	VOLUME = 10,         /* -dBm0 */
};

static const char digits[] = "0123456789*#ABCD";

int tevent_parse(const uint8_t *octets, size_t len, struct tevent_payload *out)
{
	if (len < TEVENT_OCTETS)
		return -EINVAL;
	*out = (struct tevent_payload){
		.event = octets[0],
		.end = octets[1] & 0x80,
		.volume = octets[1] & 0x3f,
		.duration = osmo_load16be(octets + 2),
	};
	return 0;
}

void tevent_write(const struct tevent_payload *payload, uint8_t out[TEVENT_OCTETS])
{
	out[0] = payload->event;
	out[1] = (payload->end ? 0x80 : 0) | (payload->volume & 0x3f);
	osmo_store16be(payload->duration, out + 2);
}

char tevent_digit(uint8_t event)
{
	return event < sizeof(digits) - 1 ? digits[event] : 0;
}

int tevent_event(char digit)
{
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -EINVAL;
}

/* The next segment of the long event that is down, RFC 4733 2.5.1.3. Its predecessor's last packet,
 * which said 0xffff, may have been lost. */
static bool continues(const struct tevent_rx *rx, uint32_t timestamp, uint8_t event)
{
	uint32_t after = timestamp - rx->timestamp;

	return rx->active && event == rx->event && rx->duration &&
	       (after == rx->duration || after == SEGMENT_MAX);
}

char tevent_rx_packet(struct tevent_rx *rx, uint32_t timestamp,
		      const struct tevent_payload *payload, uint64_t now_us)
{
	if (!tevent_digit(payload->event))
		return 0;
	tevent_rx_down(rx, now_us);
	bool same = rx->seen && timestamp == rx->timestamp;
	bool next_segment = rx->seen && !same && continues(rx, timestamp, payload->event);
	if (rx->seen && !same && rx->timestamp - timestamp < STALE)
		return 0;
	if (same && !rx->active)
		return 0;
	bool begins = !same && !next_segment;
	if (!same || payload->duration > rx->duration)
		rx->duration = payload->duration;
	if (begins)
		rx->event = payload->event;
	rx->seen = true;
	rx->timestamp = timestamp;
	rx->active = !payload->end;
	rx->last_us = now_us;
	return begins ? tevent_digit(payload->event) : 0;
}

char tevent_rx_down(struct tevent_rx *rx, uint64_t now_us)
{
	if (rx->active && now_us - rx->last_us > SILENCE_US)
		rx->active = false;
	return rx->active ? tevent_digit(rx->event) : 0;
}

/* What exceeds the segment, already reported as full, is the start of the next. */
static void next_segment(struct tevent_tx *tx)
{
	if (tx->elapsed > SEGMENT_MAX) {
		tx->timestamp += SEGMENT_MAX;
		tx->elapsed -= SEGMENT_MAX;
	}
}

static void fill(const struct tevent_tx *tx, struct tevent_payload *payload, uint32_t *timestamp)
{
	*payload = (struct tevent_payload){
		.event = (uint8_t)tevent_event(tx->digit),
		.end = tx->ends_left > 0,
		.volume = VOLUME,
		.duration = tx->elapsed > SEGMENT_MAX ? SEGMENT_MAX : (uint16_t)tx->elapsed,
	};
	*timestamp = tx->timestamp;
}

enum tevent_tx_verdict tevent_tx_step(struct tevent_tx *tx, char digit, uint32_t now, uint32_t step,
				      struct tevent_payload *payload, uint32_t *timestamp)
{
	if (tevent_event(digit) < 0)
		digit = 0;
	bool down = tx->digit && !tx->ends_left;
	if (!down && digit) {
		*tx = (struct tevent_tx){ .digit = digit, .timestamp = now, .elapsed = step };
		fill(tx, payload, timestamp);
		return TEVENT_SEND_START;
	}
	if (!tx->digit)
		return TEVENT_NOTHING;
	if (down) {
		next_segment(tx);
		if (digit == tx->digit)
			tx->elapsed += step;
		else
			tx->ends_left = TEVENT_END_PACKETS;
	}
	fill(tx, payload, timestamp);
	if (tx->ends_left && !--tx->ends_left)
		tx->digit = 0;
	return TEVENT_SEND;
}
