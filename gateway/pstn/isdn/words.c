/* Q.931 table 4-2 and the elements that tell most (4.5). */
#include "pstn/isdn/words.h"

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "pstn/isdn/q931.h"

enum {
	IE_CAUSE = 0x08,
	IE_PROGRESS = 0x1e,
	IE_CALLING = 0x6c,
	IE_CALLED = 0x70,
	EXTENSION_END = 0x80, /* the octet group ends here, 4.5.1 */
	DIGITS_SHOWN = 32,
};

static const struct value_string names[] = {
	{ 0x01, "ALERTING" },
	{ 0x02, "CALL PROCEEDING" },
	{ 0x03, "PROGRESS" },
	{ 0x05, "SETUP" },
	{ 0x07, "CONNECT" },
	{ 0x0d, "SETUP ACKNOWLEDGE" },
	{ 0x0f, "CONNECT ACKNOWLEDGE" },
	{ 0x20, "USER INFORMATION" },
	{ 0x21, "SUSPEND REJECT" },
	{ 0x22, "RESUME REJECT" },
	{ 0x24, "HOLD" },
	{ 0x25, "SUSPEND" },
	{ 0x26, "RESUME" },
	{ 0x28, "HOLD ACKNOWLEDGE" },
	{ 0x2d, "SUSPEND ACKNOWLEDGE" },
	{ 0x2e, "RESUME ACKNOWLEDGE" },
	{ 0x30, "HOLD REJECT" },
	{ 0x31, "RETRIEVE" },
	{ 0x33, "RETRIEVE ACKNOWLEDGE" },
	{ 0x37, "RETRIEVE REJECT" },
	{ 0x45, "DISCONNECT" },
	{ 0x46, "RESTART" },
	{ 0x4d, "RELEASE" },
	{ 0x4e, "RESTART ACKNOWLEDGE" },
	{ 0x5a, "RELEASE COMPLETE" },
	{ 0x60, "SEGMENT" },
	{ 0x62, "FACILITY" },
	{ 0x64, "REGISTER" },
	{ 0x6e, "NOTIFY" },
	{ 0x75, "STATUS ENQUIRY" },
	{ 0x79, "CONGESTION CONTROL" },
	{ 0x7b, "INFORMATION" },
	{ 0x7d, "STATUS" },
	{ 0, NULL },
};

struct element {
	const uint8_t *frame;
	size_t len, from; /* from: where the elements begin */
};

/* The digits of a number, behind octet 3 and octets that go on from it. */
static void put_number(struct osmo_strbuf *text, const struct element *in, uint8_t id,
		       const char *word)
{
	size_t at = q931_find(in->frame, in->len, in->from, id, 2), end;

	if (!at)
		return;
	end = OSMO_MIN(at + in->frame[at - 1], at + DIGITS_SHOWN);
	while (at < end && !(in->frame[at] & EXTENSION_END))
		at++;
	OSMO_STRBUF_PRINTF(*text, " %s ", word);
	for (at++; at < end; at++) {
		const char c = (char)in->frame[at];

		OSMO_STRBUF_PRINTF(*text, "%c", c > ' ' && c <= '~' ? c : '?');
	}
}

static void put_cause(struct osmo_strbuf *text, const struct element *in)
{
	size_t at = q931_find(in->frame, in->len, in->from, IE_CAUSE, 2);
	const uint8_t *frame = in->frame;
	unsigned cause;

	if (!at)
		return;
	cause = frame[frame[at] & EXTENSION_END ? at + 1
		      : frame[at - 1] > 2       ? at + 2
						: at + 1] &
		0x7f;
	OSMO_STRBUF_PRINTF(*text, " cause %u %s (%s)", cause, cause_name(cause),
			   cause_location_name(frame[at] & 0x0f));
}

static void put_progress(struct osmo_strbuf *text, const struct element *in)
{
	static const char *const progress[] = {
		[1] = "not all ISDN", [2] = "called end is not ISDN", [3] = "caller is not ISDN",
		[4] = "back in ISDN", [5] = "interworking",           [8] = "sound in band",
	};
	size_t at = q931_find(in->frame, in->len, in->from, IE_PROGRESS, 2);
	unsigned value = at ? in->frame[at + 1] & 0x7f : 0;

	if (value < ARRAY_SIZE(progress) && progress[value])
		OSMO_STRBUF_PRINTF(*text, ", %s", progress[value]);
}

void words_of_message(const uint8_t *frame, size_t len, char *out, size_t size)
{
	struct osmo_strbuf text = { .buf = out, .len = size };
	size_t type = q931_type_at(frame, len);
	const struct element in = { frame, len, type + 1 };
	const char *name = type ? get_value_string_or_null(names, frame[type]) : "?";

	if (name)
		OSMO_STRBUF_PRINTF(text, "%s", name);
	else
		OSMO_STRBUF_PRINTF(text, "message 0x%02x", frame[type]);
	if (!type)
		return;
	put_number(&text, &in, IE_CALLING, "from");
	put_number(&text, &in, IE_CALLED, "to");
	put_cause(&text, &in);
	put_progress(&text, &in);
}
