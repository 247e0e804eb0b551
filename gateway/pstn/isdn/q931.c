/* Q.931 messages inside Q.921 I and UI frames (Q.921 3.4, Q.931 4.1 to 4.5). Only what libpri leaves open is
 * looked at; an element that cannot be what it says ends the search. */
#include "pstn/isdn/q931.h"

#include <string.h>

#include "call/cause.h"
#include "call/leg.h"

enum {
	CONTROL = 2, /* after the two address octets */
	CONTROL_UI = 0x03,
	POLL_FINAL = 0x10,
	AFTER_UI = 3, /* where a message begins */
	AFTER_I = 4,
	N201 = 260, /* octets of the longest message (Q.921 5.9.3) */
	SAPI_CALL_CONTROL = 0,
	PROTOCOL_Q931 = 8,

	IE_CAUSE = 0x08,
	IE_CONNECTED_ADDRESS = 0x0c,
	IE_CALL_STATE = 0x14,
	IE_PROGRESS = 0x1e,
	IE_NOTIFICATION = 0x27,
	IE_CONNECTED = 0x4c,
	IE_CONNECTED_SUBADDRESS = 0x4d,
	IE_CALLING = 0x6c,
	IE_CALLING_SUBADDRESS = 0x6d,
	IE_CALLED = 0x70,
	IE_CALLED_SUBADDRESS = 0x71,
	IE_ORIGINAL_CALLED = 0x73,
	IE_REDIRECTING = 0x74,
	IE_REDIRECTION = 0x76,
	IE_USER_USER = 0x7e,
	IE_EXTENSION = 0x7f, /* escape: libpri passes it over */
	IE_SENDING_COMPLETE = 0xa1,
	SUBADDRESS_MAX = 1 + LEG_SUBADDRESS_MAX, /* octets 3 and on, Q.931 4.5.9 */
	EXTENSION_END = 0x80,                    /* the octet group ends here, 4.5.1 */
	IE_SINGLE_OCTET = 0x80,
	IE_SHIFT = 0x90,
	IE_SHIFT_ONCE = 0x08, /* non-locking, 4.5.4 */
	PROGRESS_ORIGIN_NOT_ISDN = 3,
	PROGRESS_INBAND = 8,
};

/* Where a message begins, 0 when the frame cannot carry one. */
static size_t message_at(const uint8_t *frame, size_t len)
{
	if (len <= CONTROL || frame[0] >> 2 != SAPI_CALL_CONTROL)
		return 0;
	if ((frame[CONTROL] & ~POLL_FINAL) == CONTROL_UI)
		return AFTER_UI;
	return frame[CONTROL] & 1 ? 0 : AFTER_I;
}

size_t q931_type_at(const uint8_t *frame, size_t len)
{
	size_t at = message_at(frame, len);

	if (!at || at + 2 >= len || frame[at] != PROTOCOL_Q931)
		return 0;
	at += 2 + (frame[at + 1] & 0x0fU);
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

size_t q931_find(const uint8_t *frame, size_t len, size_t from, uint8_t id, size_t min)
{
	bool foreign = false;

	for (size_t at = from; at < len;) {
		bool wanted = !foreign && frame[at] == id;
		size_t next = next_element(frame, len, at, &foreign);
		if (next > len)
			return 0;
		if (wanted && next - at >= 2 + min)
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

static void hear_uui(const uint8_t *frame, size_t from, struct leg_uui *out)
{
	out->len = 0;
	if (!from || frame[from - 1] > LEG_UUI_MAX)
		return;
	out->len = frame[from - 1];
	memcpy(out->octets, frame + from, out->len);
}

/* As libpri numbers it; ours: the flag's bit on the line when we chose the value (Q.931 4.3). */
static bool hear_reference(const uint8_t *frame, size_t len, size_t type, bool ours, uint16_t *out)
{
	size_t octets = frame[message_at(frame, len) + 1] & 0x0fU;
	uint16_t value = 0;

	if (octets == 2)
		value = (uint16_t)(frame[type - 2] << 8 | frame[type - 1]);
	else if (octets == 1)
		value = (uint16_t)((frame[type - 1] & 0x80) << 8 | (frame[type - 1] & 0x7f));
	else
		return false;
	*out = ours ? value : value ^ 0x8000;
	return true;
}

bool q931_hear(const uint8_t *frame, size_t len, struct q931_heard *out)
{
	size_t elements = q931_type_at(frame, len) + 1;

	if (elements == 1)
		return false;
	out->type = frame[elements - 1];
	if (!hear_reference(frame, len, elements - 1, true, &out->reference))
		out->reference = 0;
	size_t state = q931_find(frame, len, elements, IE_CALL_STATE, 1);
	out->call_state = state ? frame[state] & 0x3f : 0;
	size_t cause = q931_find(frame, len, elements, IE_CAUSE, 2);
	out->location = cause ? frame[cause] & 0x0f : 0;
	out->moved_to[0] = '\0';
	if (cause)
		hear_moved_to(frame, cause, out->moved_to, sizeof(out->moved_to));
	out->inband = false;
	size_t progress = q931_find(frame, len, elements, IE_PROGRESS, 2);
	for (; progress;
	     progress = q931_find(frame, len, progress + frame[progress - 1], IE_PROGRESS, 2))
		out->inband |= (frame[progress + 1] & 0x7f) == PROGRESS_INBAND;
	hear_uui(frame, q931_find(frame, len, elements, IE_USER_USER, 1), &out->uui);
	return true;
}

bool q931_sent(const uint8_t *frame, size_t len, uint16_t *reference, uint8_t *type)
{
	size_t at = q931_type_at(frame, len);

	if (!at || !hear_reference(frame, len, at, false, reference))
		return false;
	*type = frame[at];
	return true;
}

/* Elements whose contents libpri copies or walks through without looking at their length. */
static bool is_trap(uint8_t id, const uint8_t *contents, size_t len)
{
	switch (id) {
	case IE_CONNECTED_SUBADDRESS:
	case IE_CALLING_SUBADDRESS:
	case IE_CALLED_SUBADDRESS:
		return len < 1 || len > SUBADDRESS_MAX;
	case IE_CONNECTED_ADDRESS:
	case IE_CONNECTED:
	case IE_CALLING:
	case IE_ORIGINAL_CALLED:
	case IE_REDIRECTING:
	case IE_REDIRECTION:
		break;
	default:
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (contents[i] & EXTENSION_END)
			return false;
	}
	return true;
}

void q931_disarm(uint8_t *frame, size_t len)
{
	size_t at = q931_type_at(frame, len), next;
	bool foreign;

	for (at = at ? at + 1 : len; at < len; at = next) {
		next = next_element(frame, len, at, &foreign);
		if (!(frame[at] & IE_SINGLE_OCTET) && next <= len && next >= at + 2 &&
		    is_trap(frame[at], frame + at + 2, next - at - 2))
			frame[at] = IE_EXTENSION;
	}
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

/* Room for n octets at that place; false when there is none, or the message would be too long. */
static bool make_room(uint8_t *frame, size_t len, size_t size, size_t at, size_t n)
{
	if (at > len || len + n > size || len + n > message_at(frame, len) + N201)
		return false;
	memmove(frame + at + n, frame + at, len - at);
	return true;
}

/* The calling party has no ISDN (Q.931 4.5.23). */
static size_t add_progress(uint8_t *frame, size_t len, size_t size, size_t elements)
{
	static const uint8_t progress[] = { IE_PROGRESS, 2, 0x80, 0x80 | PROGRESS_ORIGIN_NOT_ISDN };
	size_t at = place_of(frame, len, elements, IE_PROGRESS);

	if (!make_room(frame, len, size, at, sizeof(progress)))
		return len;
	memcpy(frame + at, progress, sizeof(progress));
	return len + sizeof(progress);
}

static size_t add_uui(uint8_t *frame, size_t len, size_t size, size_t elements,
		      const struct leg_uui *uui)
{
	size_t at = place_of(frame, len, elements, IE_USER_USER);

	if (!make_room(frame, len, size, at, 2U + uui->len))
		return len;
	frame[at] = IE_USER_USER;
	frame[at + 1] = uui->len;
	memcpy(frame + at + 2, uui->octets, uui->len);
	return len + 2 + uui->len;
}

/* libpri sends no sending complete in INFORMATION: a called number without digits stands for it. */
static size_t complete(uint8_t *frame, size_t len, size_t elements)
{
	if (len != elements + 3 || frame[elements] != IE_CALLED || frame[elements + 1] != 1)
		return len;
	frame[elements] = IE_SENDING_COMPLETE;
	return elements + 1;
}

/* libpri sends no STATUS ENQUIRY, which has no elements (Q.931 3.1.17): a NOTIFY stands for it. */
static size_t enquire(uint8_t *frame, size_t len, size_t type)
{
	size_t at = q931_find(frame, len, type + 1, IE_NOTIFICATION, 1);

	if (!at || (frame[at] & 0x7f) != Q931_ENQUIRES)
		return len;
	frame[type] = Q931_STATUS_ENQUIRY;
	return type + 1;
}

size_t q931_edit(uint8_t *frame, size_t len, size_t size, const struct q931_edit *edit)
{
	size_t type = q931_type_at(frame, len);

	if (!type)
		return len;
	if (frame[type] == Q931_SETUP && edit->not_all_isdn)
		len = add_progress(frame, len, size, type + 1);
	if (frame[type] == Q931_INFORMATION)
		len = complete(frame, len, type + 1);
	if (frame[type] == Q931_NOTIFY)
		len = enquire(frame, len, type);
	size_t cause = q931_find(frame, len, type + 1, IE_CAUSE, 2);
	put_location(frame, cause, edit->cause_location);
	if (cause && edit->release_cause && frame[type] == Q931_RELEASE &&
	    frame[cause + 1] == (EXTENSION_END | CAUSE_NORMAL))
		frame[cause + 1] = EXTENSION_END | edit->release_cause;
	put_location(frame, q931_find(frame, len, type + 1, IE_PROGRESS, 2),
		     edit->progress_location);
	if (edit->one_step_on && frame[type] == Q931_PROGRESS && cause)
		frame[type] = Q931_DISCONNECT;
	else if (edit->one_step_on && frame[type] == Q931_DISCONNECT)
		frame[type] = Q931_RELEASE;
	if (edit->uui && edit->uui->len)
		len = add_uui(frame, len, size, type + 1, edit->uui);
	return len;
}
