/* What libpri neither tells nor lets one say about Q.931 messages, done on the frames that pass by: the
 * location of a cause, the progress indicators of DISCONNECT and SETUP. Frames are Q.921's, without FCS.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct q931_heard {
	uint8_t location; /* of the cause, enum cause_location */
	bool inband;      /* progress indicator 8 is among the elements (Q.931 4.5.23) */
	char moved_to
		[32]; /* cause 22's diagnostic, a called party number (Q.850 2.2.7); "": none */
};

/* False when the frame carries no Q.931 message; *out is unchanged then. */
bool q931_hear(const uint8_t *frame, size_t len, struct q931_heard *out);

/* The call reference of a message that we send, as libpri numbers it (bit 15: we chose it). False when
 * there is none. */
bool q931_sent_reference(const uint8_t *frame, size_t len, uint16_t *reference);

struct q931_edit {
	uint8_t cause_location, progress_location; /* to put into these elements */
	/* PROGRESS with a cause goes out as DISCONNECT, which has the same elements (Q.931 3.1.8, 3.1.5),
	 * and DISCONNECT as RELEASE. */
	bool one_step_on;
	bool not_all_isdn; /* SETUP gets progress indicator 3 */
};

/* The frame's new length, of size at most. */
size_t q931_edit(uint8_t *frame, size_t len, size_t size, const struct q931_edit *edit);
