/* Sets of timeslots as people write them. */
#include "pstn/channel_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

/* One "17" or "17-31" at *p; moves *p behind it. False: no such thing. */
static bool parse_range(const char **p, unsigned long *first, unsigned long *last)
{
	char *end;

	if (!**p || !strchr("0123456789", **p))
		return false;
	*first = *last = strtoul(*p, &end, 10);
	if (*end == '-') {
		if (!end[1] || !strchr("0123456789", end[1]))
			return false;
		*last = strtoul(end + 1, &end, 10);
	}
	*p = end;
	return true;
}

const char *channel_list_parse(const char *text, uint32_t *channels)
{
	unsigned long first, last;
	uint32_t set = 0;

	for (;; text++) {
		if (!parse_range(&text, &first, &last) || (*text && *text != ','))
			return "is no list of timeslots; right would be, as an example: 1-15,17-31";
		if (first < 1 || last > CHANNEL_LIST_LAST)
			return "goes beyond the timeslots of a span; 1 to 31 are right";
		if (first > last)
			return "has a range that runs backwards; the smaller number comes first";
		for (unsigned long t = first; t <= last; t++) {
			if (set & 1u << t)
				return "names a timeslot twice; once is right";
			set |= 1u << t;
		}
		if (!*text)
			break;
	}
	*channels = set;
	return NULL;
}

const char *channel_list_text(uint32_t channels, char out[static CHANNEL_LIST_TEXT_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = CHANNEL_LIST_TEXT_MAX };

	*out = '\0';
	for (unsigned t = 1; t <= CHANNEL_LIST_LAST; t++) {
		unsigned first = t;

		if (!(channels & 1u << t))
			continue;
		while (t < CHANNEL_LIST_LAST && channels & 1u << (t + 1))
			t++;
		OSMO_STRBUF_PRINTF(text, "%s%u", *out ? "," : "", first);
		if (t > first)
			OSMO_STRBUF_PRINTF(text, "-%u", t);
	}
	return out;
}
