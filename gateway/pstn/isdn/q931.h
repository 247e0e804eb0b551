/* What libpri neither tells nor lets one say about Q.931 messages, done on the frames that pass by: the
 * location of a cause, the progress indicators of DISCONNECT and SETUP, user-user information, the end of
 * overlap sending; and what libpri must not hear. Frames are Q.921's, without FCS. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/leg.h"

enum q931_type {
	Q931_ALERTING = 0x01,
	Q931_PROGRESS = 0x03,
	Q931_SETUP = 0x05,
	Q931_CONNECT = 0x07,
	Q931_CONNECT_ACK = 0x0f,
	Q931_DISCONNECT = 0x45,
	Q931_RELEASE = 0x4d,
	Q931_RELEASE_COMPLETE = 0x5a,
	Q931_NOTIFY = 0x6e,
	Q931_STATUS_ENQUIRY = 0x75,
	Q931_INFORMATION = 0x7b,
	Q931_STATUS = 0x7d,
};

/* NOTIFY with this indicator (bearer service change, Q.931 4.5.22), which we never have to say, goes out as STATUS
 * ENQUIRY. */
enum { Q931_ENQUIRES = 2 };

/* Where the message type is in the frame, or 0 when it is no Q.931 message. */
size_t q931_type_at(const uint8_t *frame, size_t len);
/* Where the contents of the next element of that kind and at least min (1 or more) octets begin, at or after from,
 * with their length in the octet before; 0 when there is none. */
size_t q931_find(const uint8_t *frame, size_t len, size_t from, uint8_t id, size_t min);

struct q931_heard {
	uint8_t type;       /* enum q931_type */
	uint16_t reference; /* as libpri numbers it: bit 15, we chose it */
	uint8_t call_state; /* with STATUS, Q.931 4.5.7 */
	uint8_t location;   /* of the cause, enum cause_location */
	bool inband;        /* progress indicator 8 is among the elements (Q.931 4.5.23) */
	char moved_to
		[32]; /* cause 22's diagnostic, a called party number (Q.850 2.2.7); "": none */
	struct leg_uui uui; /* Q.931 4.5.30; longer than that allows: none */
};

/* False when the frame carries no Q.931 message; *out is unchanged then. */
bool q931_hear(const uint8_t *frame, size_t len, struct q931_heard *out);

/* Elements that would make libpri read or write beyond its arrays become ones that it passes over. */
void q931_disarm(uint8_t *frame, size_t len);

/* The call reference of a message that we send, as libpri numbers it (bit 15: we chose it), and the message's
 * type. False when there is none. */
bool q931_sent(const uint8_t *frame, size_t len, uint16_t *reference, uint8_t *type);

struct q931_edit {
	uint8_t cause_location, progress_location; /* to put into these elements */
	uint8_t release_cause; /* instead of 16 in RELEASE, see events_edit; 0: as it is */
	/* PROGRESS with a cause goes out as DISCONNECT, which has the same elements (Q.931 3.1.8, 3.1.5),
	 * and DISCONNECT as RELEASE. */
	bool one_step_on;
	bool not_all_isdn;         /* SETUP gets progress indicator 3 */
	const struct leg_uui *uui; /* to add; NULL: none */
};

/* The frame's new length, of size at most. INFORMATION with a called number of no digits says
 * sending complete instead. */
size_t q931_edit(uint8_t *frame, size_t len, size_t size, const struct q931_edit *edit);
