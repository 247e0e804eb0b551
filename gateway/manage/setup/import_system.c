/* system.conf, DAHDI's own file (dahdi_cfg's manual page): spans, what each channel is, tone zones, echo cancellers.
 * Channels are numbered through all spans in turn, so a span's first one is known when all that is before it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "manage/setup/import_model.h"

enum { FIELDS = 9 };

static unsigned split(char *text, char *fields[FIELDS])
{
	unsigned n = 0;
	char *next;

	for (char *at = text; at && n < FIELDS; at = next) {
		next = strchr(at, ',');
		if (next)
			*next++ = '\0';
		at += strspn(at, " \t");
		at[strcspn(at, " \t")] = '\0';
		fields[n++] = at;
	}
	return n;
}

unsigned import_span_size(const struct import_span *span)
{
	return span->kind == KIND_E1 ? 31 : span->kind == KIND_T1 ? 24 : 3;
}

static void read_option(struct import *import, struct import_span *span, const char *word)
{
	if (!strcmp(word, "crc4"))
		span->crc4 = true;
	else if (!strcmp(word, "term"))
		span->terminated = true;
	else if (!strcmp(word, "yellow"))
		import_note(import, word, "the card sends the yellow alarm by itself");
	else if (*word)
		import_note(import, word, "no such option of a span is known");
}

/* span=NUMBER,TIMING,LBO,FRAMING,CODING[,yellow][,crc4][,term] */
static void read_span(struct import *import, char *value)
{
	char *fields[FIELDS] = { NULL };
	unsigned n = split(value, fields);
	unsigned number = n ? (unsigned)strtoul(fields[0], NULL, 10) : 0;

	if (n < 5 || !number || number > IMPORT_SPANS) {
		import_note(import, "span",
			    "a span has a number, timing, line build-out, framing and coding");
		return;
	}
	struct import_span *span = &import->spans[number];
	if (span->there) {
		import_note(import, "span", "span %u was there before, on line %d", number,
			    span->line);
		return;
	}
	*span = (struct import_span){ .there = true, .number = number, .line = import->line };
	span->clock_priority = (unsigned)strtoul(fields[1], NULL, 10) & 255;
	span->line_build_out = (unsigned)strtoul(fields[2], NULL, 10) & 7;
	import_copy(span->framing, sizeof(span->framing), fields[3]);
	import_copy(span->coding, sizeof(span->coding), fields[4]);
	if (!strcmp(span->framing, "esf") || !strcmp(span->framing, "d4"))
		span->kind = KIND_T1;
	else if (!strcmp(span->framing, "ccs") && !strcmp(span->coding, "ami"))
		span->kind = KIND_BRI; /* an E1's coding is HDB3 in all but history */
	else if (strcmp(span->framing, "ccs") != 0 && strcmp(span->framing, "cas") != 0)
		import_note(import, span->framing, "no such framing is known; taken for an E1");
	for (unsigned i = 5; i < n; i++)
		read_option(import, span, fields[i]);
}

/* dynamic=LINK,ADDRESS,CHANNELS,TIMING; numbered behind all others. */
static void read_dynamic(struct import *import, char *value)
{
	char *fields[FIELDS] = { NULL };
	unsigned n = split(value, fields), number = IMPORT_SPANS;
	unsigned size = n == 4 ? (unsigned)strtoul(fields[2], NULL, 10) : 0;

	while (number && !import->spans[number].there)
		number--;
	if ((size != 24 && size != 31) || ++number > IMPORT_SPANS) {
		import_note(import, "dynamic",
			    "a dynamic span has a link, an address, 24 or 31 channels and timing");
		return;
	}
	struct import_span *span = &import->spans[number];
	*span = (struct import_span){ .there = true, .number = number, .line = import->line };
	span->kind = size == 24 ? KIND_T1 : KIND_E1;
	span->clock_priority = (unsigned)strtoul(fields[3], NULL, 10) & 255;
	import_copy(span->link, sizeof(span->link), fields[0]);
	import_copy(span->address, sizeof(span->address), fields[1]);
}

/* Channels */

struct marking {
	struct import *import;
	enum import_role role;
	const char *law, *echo;
};

static bool mark(void *data, unsigned number)
{
	const struct marking *marking = data;
	struct import_channel *channel = &marking->import->channels[number];

	if (marking->role != ROLE_NONE)
		channel->role = marking->role;
	if (marking->law)
		snprintf(channel->law, sizeof(channel->law), "%s", marking->law);
	if (marking->echo)
		import_copy(channel->echo, sizeof(channel->echo), marking->echo);
	channel->line = marking->import->line;
	return true;
}

static void mark_all(struct import *import, const char *key, const char *range,
		     struct marking marking)
{
	marking.import = import;
	if (!import_range(range, mark, &marking))
		import_note(import, key, "\"%s\" is no list of channels, as 1-15,17-31", range);
}

static const struct {
	const char *key;
	enum import_role role;
	const char *why; /* it is not carried over */
} roles[] = {
	{ "bchan", ROLE_BEARER, NULL },
	{ "dchan", ROLE_SIGNALLING, NULL },
	{ "hardhdlc", ROLE_HARD_SIGNALLING, NULL },
	{ "unused", ROLE_OTHER, NULL },
	{ "fcshdlc", ROLE_OTHER, "data channels of the kernel's are not this gateway's" },
	{ "nethdlc", ROLE_OTHER, "data channels of the kernel's are not this gateway's" },
	{ "rawhdlc", ROLE_OTHER, "data channels of the kernel's are not this gateway's" },
	{ "clear", ROLE_OTHER, "clear channels outside of a trunk have no use here" },
	{ "indclear", ROLE_OTHER, "clear channels outside of a trunk have no use here" },
	{ "dacs", ROLE_OTHER, "cross-connects within the card are not set up here" },
	{ "dacsrbs", ROLE_OTHER, "cross-connects within the card are not set up here" },
	{ "cas", ROLE_OTHER, "signalling by ABCD bits (R2) is not there yet" },
	{ "mtp2", ROLE_OTHER, "SS7 is not there yet" },
	{ "e&m", ROLE_OTHER, "E&M signalling is not there yet" },
	{ "e&me1", ROLE_OTHER, "E&M signalling is not there yet" },
	{ "fxsks", ROLE_OTHER, "analog lines are not there yet" },
	{ "fxsls", ROLE_OTHER, "analog lines are not there yet" },
	{ "fxsgs", ROLE_OTHER, "analog lines are not there yet" },
	{ "fxoks", ROLE_OTHER, "analog lines are not there yet" },
	{ "fxols", ROLE_OTHER, "analog lines are not there yet" },
	{ "fxogs", ROLE_OTHER, "analog lines are not there yet" },
};

static bool read_role(struct import *import, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		if (strcmp(key, roles[i].key) != 0)
			continue;
		mark_all(import, key, value, (struct marking){ .role = roles[i].role });
		if (roles[i].why)
			import_note(import, key, "%s", roles[i].why);
		return true;
	}
	return false;
}

static void read_echo(struct import *import, char *value)
{
	char *range = strchr(value, ',');

	if (range)
		*range++ = '\0';
	mark_all(import, "echocanceller", range ? range : "", (struct marking){ .echo = value });
}

static void read_system_line(struct import *import, char *key, char *value)
{
	if (!value)
		import_note(import, key, "a line is NAME=VALUE");
	else if (!strcmp(key, "span"))
		read_span(import, value);
	else if (!strcmp(key, "dynamic"))
		read_dynamic(import, value);
	else if (!strcmp(key, "loadzone") && !*import->zone)
		import_copy(import->zone, sizeof(import->zone), value);
	else if (!strcmp(key, "loadzone"))
		import_note(import, key, "a span has one tone zone: the default one");
	else if (!strcmp(key, "defaultzone"))
		import_copy(import->default_zone, sizeof(import->default_zone), value);
	else if (!strcmp(key, "echocanceller"))
		read_echo(import, value);
	else if (!strcmp(key, "alaw") || !strcmp(key, "mulaw"))
		mark_all(import, key, value, (struct marking){ .law = key });
	else if (!strcmp(key, "deflaw") && strcmp(value, "alaw") != 0 &&
		 strcmp(value, "mulaw") != 0)
		import_note(import, key, "law follows the type of the line");
	else if (!read_role(import, key, value) && strcmp(key, "deflaw") != 0)
		import_note(import, key, "no such line is known");
}

/* Analog cards have channels, but no `span` line: they are passed over by what their channels are said to be. */
static void number_channels(struct import *import)
{
	unsigned channel = 1;

	for (unsigned i = 1; i <= IMPORT_SPANS; i++) {
		struct import_span *span = &import->spans[i];

		if (!span->there)
			continue;
		while (channel <= IMPORT_CHANNELS && (i == 1 || !import->spans[i - 1].there) &&
		       import->channels[channel].role == ROLE_OTHER)
			channel++;
		span->first = channel;
		channel += import_span_size(span);
	}
}

void import_system(struct import *import, const struct import_source *source)
{
	import_lines(import, source, "#", read_system_line);
	number_channels(import);
}

struct import_span *import_span_of(struct import *import, unsigned channel)
{
	for (unsigned i = 1; i <= IMPORT_SPANS; i++) {
		struct import_span *span = &import->spans[i];

		if (span->there && channel >= span->first &&
		    channel < span->first + import_span_size(span))
			return span;
	}
	return NULL;
}
