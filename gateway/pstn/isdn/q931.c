/* Q.931 messages inside Q.921 I frames (Q.921 3.4, Q.931 4.1 to 4.5). Only what libpri leaves open is
 * looked at; an element that cannot be what it says ends the search. */
#include "pstn/isdn/q931.h"

#include <string.h>

#include "call/cause.h"
#include "call/leg.h"

enum {
	CONTROL = 2,       /* after the two address octets */
	DISCRIMINATOR = 4, /* after the two control octets of an I frame */
	REFERENCE_LEN = 5,
	REFERENCE = 6,
	SAPI_CALL_CONTROL = 0,
	PROTOCOL_Q931 = 8,

	MSG_PROGRESS = 0x03,
	MSG_SETUP = 0x05,
	MSG_DISCONNECT = 0x45,
	MSG_RELEASE = 0x4d,

	IE_CAUSE = 0x08,
	IE_PROGRESS = 0x1e,
	IE_CALLED = 0x70,
	EXTENSION_END = 0x80, /* the octet group ends here, 4.5.1 */
	IE_SINGLE_OCTET = 0x80,
	IE_SHIFT = 0x90,
	IE_SHIFT_ONCE = 0x08, /* non-locking, 4.5.4 */
	PROGRESS_ORIGIN_NOT_ISDN = 3,
	PROGRESS_INBAND = 8,
};

/* Where the message type is, or 0 when the frame is no Q.931 message. */
static size_t type_at(const uint8_t *frame, size_t len)
{
	if (len <= REFERENCE || frame[0] >> 2 != SAPI_CALL_CONTROL || frame[CONTROL] & 1 ||
	    frame[DISCRIMINATOR] != PROTOCOL_Q931)
		return 0;
	size_t at = REFERENCE + (frame[REFERENCE_LEN] & 0x0fU);
	return at < len ? at : 0;
}

/* Where the element after the one at from begins; *foreign: it is of another codeset. */
static size_t next_element(const uint8_t *frame, size_t len, size_t at, bool *foreign)
{
	uint8_t id = frame[at];

	*foreign = (id & 0xf0) == IE_SHIFT;
	if (*foreign && !(id & IE_SHIFT_ONCE))
		return len; /* the rest is of another codeset */
	if (id & IE_SINGLE_OCTET)
		return at + 1;
	return at + 1 < len ? at + 2 + frame[at + 1] : len;
}

/* Where the contents of the next element of that kind and at least two octets begin, at or after from;
 * 0 when there is none. */
static size_t find(const uint8_t *frame, size_t len, size_t from, uint8_t id)
{
	bool foreign = false;

	for (size_t at = from; at < len;) {
		bool wanted = !foreign && frame[at] == id;
		size_t next = next_element(frame, len, at, &foreign);
		if (next > len)
			return 0;
		if (wanted && next - at >= 4)
			return at + 2;
		at = next;
	}
	return 0;
}

/* The number in the diagnostic of cause 22: a called party number element inside the cause element, whose
 * contents begin at from. */
static void hear_moved_to(const uint8_t *frame, size_t from, char *out, size_t size)
{
	size_t end = from + frame[from - 1], at = from + 1, n = 0;

	if (!(frame[from] & EXTENSION_END)) /* octet 3a, the recommendation */
		at++;
	if (at + 4 > end || (frame[at] & 0x7f) != CAUSE_NUMBER_CHANGED ||
	    frame[at + 1] != IE_CALLED || at + 3 + frame[at + 2] > end)
		return;
	end = at + 3 + frame[at + 2];
	for (at += 4; at < end && n + 1 < size; at++)
		out[n++] = (char)frame[at];
	out[n] = '\0';
	if (at < end || !leg_is_number(out))
		out[0] = '\0';
}

bool q931_hear(const uint8_t *frame, size_t len, struct q931_heard *out)
{
	size_t elements = type_at(frame, len) + 1;

	if (elements == 1)
		return false;
	size_t cause = find(frame, len, elements, IE_CAUSE);
	out->location = cause ? frame[cause] & 0x0f : 0;
	out->moved_to[0] = '\0';
	if (cause)
		hear_moved_to(frame, cause, out->moved_to, sizeof(out->moved_to));
	out->inband = false;
	size_t progress = find(frame, len, elements, IE_PROGRESS);
	for (; progress; progress = find(frame, len, progress + frame[progress - 1], IE_PROGRESS))
		out->inband |= (frame[progress + 1] & 0x7f) == PROGRESS_INBAND;
	return true;
}

bool q931_sent_reference(const uint8_t *frame, size_t len, uint16_t *reference)
{
	if (!type_at(frame, len) || (frame[REFERENCE_LEN] & 0x0f) != 2)
		return false;
	/* The flag on the line is 0 in messages from the side that chose the value (Q.931 4.3). */
	*reference = (uint16_t)((frame[REFERENCE] << 8 | frame[REFERENCE + 1]) ^ 0x8000);
	return true;
}

static void put_location(uint8_t *frame, size_t at, uint8_t location)
{
	if (at)
		frame[at] = (uint8_t)((frame[at] & 0xf0) | (location & 0x0f));
}

/* Where that element belongs: they come in order, but for those of one octet, and before all of other codesets
 * (Q.931 4.5.1, 4.5.2). Beyond len when an element on the way there is none. */
static size_t place_of(const uint8_t *frame, size_t len, size_t from, uint8_t id)
{
	bool foreign = false;

	while (from < len && (frame[from] < id || frame[from] & IE_SINGLE_OCTET) &&
	       (frame[from] & 0xf0) != IE_SHIFT)
		from = next_element(frame, len, from, &foreign);
	return from;
}

/* The calling party has no ISDN (Q.931 4.5.23). */
static size_t add_progress(uint8_t *frame, size_t len, size_t size, size_t elements)
{
	static const uint8_t progress[] = { IE_PROGRESS, 2, 0x80, 0x80 | PROGRESS_ORIGIN_NOT_ISDN };
	size_t at = place_of(frame, len, elements, IE_PROGRESS);

	if (at > len || len + sizeof(progress) > size)
		return len;
	memmove(frame + at + sizeof(progress), frame + at, len - at);
	memcpy(frame + at, progress, sizeof(progress));
	return len + sizeof(progress);
}

size_t q931_edit(uint8_t *frame, size_t len, size_t size, const struct q931_edit *edit)
{
	size_t type = type_at(frame, len);

	if (!type)
		return len;
	if (frame[type] == MSG_SETUP && edit->not_all_isdn)
		len = add_progress(frame, len, size, type + 1);
	size_t cause = find(frame, len, type + 1, IE_CAUSE);
	put_location(frame, cause, edit->cause_location);
	put_location(frame, find(frame, len, type + 1, IE_PROGRESS), edit->progress_location);
	if (edit->one_step_on && frame[type] == MSG_PROGRESS && cause)
		frame[type] = MSG_DISCONNECT;
	else if (edit->one_step_on && frame[type] == MSG_DISCONNECT)
		frame[type] = MSG_RELEASE;
	return len;
}
