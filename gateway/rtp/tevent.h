/* telephone-event, RFC 4733: DTMF as packets, both ways. One thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEVENT_OCTETS = 4, TEVENT_END_PACKETS = 3 /* RFC 4733 2.5.1.4 */ };

struct tevent_payload {
	uint8_t event; /* 0..15: 0-9 * # A-D */
	bool end;
	uint8_t volume;    /* -dBm0, 0..63 */
	uint16_t duration; /* timestamp units */
};
int tevent_parse(const uint8_t *octets, size_t len, struct tevent_payload *out); /* 0 or -EINVAL */
void tevent_write(const struct tevent_payload *payload, uint8_t out[TEVENT_OCTETS]);
char tevent_digit(uint8_t event); /* 0 when it is no DTMF digit */
int tevent_event(char digit);     /* -EINVAL when it is no DTMF digit */

/* Receiving: packets in, the digit that is down out. Repeated end packets count once; a digit whose
 * end never comes is ended after its last packet by timeout. */
struct tevent_rx {
	bool active;
	uint32_t timestamp; /* of the event that is down, or of the last one ended */
	bool seen;
	uint8_t event;
	uint16_t duration;
	uint64_t last_us;
};
/* Returns the digit that began with this packet, or 0. */
char tevent_rx_packet(struct tevent_rx *rx, uint32_t timestamp,
		      const struct tevent_payload *payload, uint64_t now_us);
/* The digit that is down at now_us, or 0. */
char tevent_rx_down(struct tevent_rx *rx, uint64_t now_us);

/* Sending: the digit that is down each tick in, packets out. Long events are split (RFC 4733
 * 2.5.1.3). */
struct tevent_tx {
	char digit;         /* 0: none */
	uint32_t timestamp; /* of its start */
	uint32_t elapsed;   /* timestamp units */
	unsigned ends_left;
};
enum tevent_tx_verdict { TEVENT_NOTHING, TEVENT_SEND, TEVENT_SEND_START /* with the marker bit */ };
/* Once per packet interval: digit is what is down now (0: none), now the stream's timestamp, step
 * the units since the last call. Fills payload and the timestamp to send it with. */
enum tevent_tx_verdict tevent_tx_step(struct tevent_tx *tx, char digit, uint32_t now, uint32_t step,
				      struct tevent_payload *payload, uint32_t *timestamp);
