/* chan_dahdi.conf, Asterisk's file: values that hold from their line on, and `channel` lines that take them as they
 * stand. Most values are a PBX's business, or that of analog lines; what they become here, if anything, is in one
 * table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "manage/setup/import_model.h"

static bool is_yes(const char *value)
{
	return !strcasecmp(value, "yes") || !strcasecmp(value, "true") ||
	       !strcasecmp(value, "on") || !strcmp(value, "1") || !strcasecmp(value, "y") ||
	       !strcasecmp(value, "t");
}

/* Values that are carried over */

static void set_echo(struct import *import, const char *value)
{
	unsigned taps = (unsigned)strtoul(value, NULL, 10); /* of 1/8 ms */
	char *echo = import->settings.echo;
	const size_t size = sizeof(import->settings.echo);

	if (taps >= 32)
		snprintf(echo, size, "echo tail %u", OSMO_MIN(OSMO_MAX(taps / 8, 8), 128));
	else if (is_yes(value))
		echo[0] = '\0'; /* as it is by default */
	else
		snprintf(echo, size, "echo off");
}

static void set_overlap(struct import *import, const char *value)
{
	bool both = is_yes(value) || !strcasecmp(value, "both");

	import->settings.overlap_in = both || !strcasecmp(value, "incoming");
	import->settings.overlap_out = both || !strcasecmp(value, "outgoing");
}

static void set_inband(struct import *import, const char *value)
{
	import->settings.inband_disconnect = is_yes(value);
}

static void set_exclusive(struct import *import, const char *value)
{
	import->settings.exclusive = is_yes(value);
}

static void set_transfer(struct import *import, const char *value)
{
	import->settings.transfer = is_yes(value);
}

static int decibels(struct import *import, const char *key, const char *value)
{
	char *end;
	double gain = strtod(value, &end);
	int whole = gain >= -24 && gain <= 24 ? (int)(gain < 0 ? gain - 0.5 : gain + 0.5) : 0;

	if (end == value || !(gain >= -24 && gain <= 24))
		import_note(import, key, "gains go from -24 to 24 dB");
	else if (whole != gain) /* NOLINT: exact on purpose */
		import_note(import, key, "gains are whole dB: %d", whole);
	return whole;
}

static void set_rx_gain(struct import *import, const char *value)
{
	import->settings.rx_gain = decibels(import, "rxgain", value);
}

static void set_tx_gain(struct import *import, const char *value)
{
	import->settings.tx_gain = decibels(import, "txgain", value);
}

/* "t309,90000" */
static void set_timer(struct import *import, const char *value)
{
	static const char *const names[] = { "t301", "t302", "t303", "t304", "t305", "t306",
					     "t308", "t309", "t310", "t313", "t316", "t322" };
	struct import_settings *settings = &import->settings;
	const char *comma = strchr(value, ',');
	long ms = comma ? strtol(comma + 1, NULL, 10) : 0;
	long seconds = ms > 0 && ms <= 600000 ? (ms + 500) / 1000 : 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!comma || strncasecmp(value, names[i], 4) != 0 || comma != value + 4)
			continue;
		if (!seconds || settings->n_timers == ARRAY_SIZE(settings->timers))
			break;
		snprintf(settings->timers[settings->n_timers++], sizeof(settings->timers[0]),
			 "timer %s %ld", names[i], seconds);
		return;
	}
	import_note(
		import, "pritimer",
		"\"%s\" is no timer of layer 3 that is set here, of 1 to 600 s; it has its default",
		value);
}

static const struct {
	const char *key;
	void (*set)(struct import *import, const char *value);
} carried[] = {
	{ "echocancel", set_echo },         { "overlapdial", set_overlap },
	{ "inbanddisconnect", set_inband }, { "priexclusive", set_exclusive },
	{ "transfer", set_transfer },       { "rxgain", set_rx_gain },
	{ "txgain", set_tx_gain },          { "pritimer", set_timer },
};

/* Words that are kept as they are */
static const struct {
	const char *key;
	size_t at; /* in struct import_settings */
} kept[] = {
	{ "signalling", offsetof(struct import_settings, signalling) },
	{ "signaling", offsetof(struct import_settings, signalling) },
	{ "switchtype", offsetof(struct import_settings, switchtype) },
	{ "context", offsetof(struct import_settings, context) },
	{ "group", offsetof(struct import_settings, group) },
};

/* Values that are not; same: what is silently so here too, NULL: none. */
static const struct {
	const char *key, *same, *why;
} others[] = {
	{ "pridialplan", "unknown",
	  "the type of a number is set by routes, as `called-type national`" },
	{ "prilocaldialplan", "unknown",
	  "numbers go out with the type that the caller's side gave" },
	{ "pricpndialplan", "unknown",
	  "the type of a number is set by routes, as `calling-type national`" },
	{ "internationalprefix", NULL, "prefixes are put before numbers by routes (`prepend`)" },
	{ "nationalprefix", NULL, "prefixes are put before numbers by routes (`prepend`)" },
	{ "localprefix", NULL, "prefixes are put before numbers by routes (`prepend`)" },
	{ "privateprefix", NULL, "prefixes are put before numbers by routes (`prepend`)" },
	{ "unknownprefix", NULL, "prefixes are put before numbers by routes (`prepend`)" },
	{ "nsf", "none", "network specific facilities are not sent" },
	{ "resetinterval", "never", "channels are restarted when they need it, not by the clock" },
	{ "priindication", "outofband",
	  "a refused call is told by its cause; a test line plays tones" },
	{ "hidecallerid", "no", "set by routes: `calling-presentation restricted`" },
	{ "hidecalleridname", "no", "names are sent as the SIP side gives them" },
	{ "usecallingpres", "yes", "presentation is always carried" },
	{ "usecallerid", "yes", "the calling number is always carried" },
	{ "callerid", "asreceived", "routes set the calling number (`calling`)" },
	{ "facilityenable", "yes", "facilities follow the variant" },
	{ "echocancelwhenbridged", NULL, "echo is cancelled on speech, bridged or not" },
	{ "echotraining", "no", "the echo canceller needs no training" },
	{ "busydetect", "no", "ISDN says busy in words; tones are not listened to" },
	{ "busycount", NULL, "ISDN says busy in words; tones are not listened to" },
	{ "busypattern", NULL, "ISDN says busy in words; tones are not listened to" },
	{ "callprogress", "no", "ISDN says busy in words; tones are not listened to" },
	{ "progzone", NULL, "ISDN says busy in words; tones are not listened to" },
	{ "faxdetect", "no", "fax tones are for the PBX to detect" },
	{ "relaxdtmf", "no", "digits are detected by Q.24" },
	{ "immediate", "no", "answering is the PBX's business" },
	{ "language", NULL, "announcements are the PBX's business" },
	{ "musiconhold", NULL, "music is the PBX's business" },
	{ "mohinterpret", NULL, "music is the PBX's business" },
	{ "mohsuggest", NULL, "music is the PBX's business" },
	{ "accountcode", NULL, "accounts are the PBX's business; `records` keeps call records" },
	{ "amaflags", NULL, "accounts are the PBX's business; `records` keeps call records" },
	{ "callgroup", NULL, "pickup is the PBX's business" },
	{ "pickupgroup", NULL, "pickup is the PBX's business" },
	{ "mailbox", NULL, "voice mail is the PBX's business" },
	{ "callwaiting", NULL, "a feature of analog phones" },
	{ "callwaitingcallerid", NULL, "a feature of analog phones" },
	{ "threewaycalling", NULL, "a feature of analog phones" },
	{ "canpark", NULL, "a feature of analog phones" },
	{ "cancallforward", NULL, "a feature of analog phones" },
	{ "callreturn", NULL, "a feature of analog phones" },
	{ "adsi", NULL, "a feature of analog phones" },
	{ "sendcalleridafter", NULL, "a feature of analog phones" },
	{ "restrictcid", "no", "set by routes: `calling-presentation restricted`" },
	{ "jbenable", NULL, "the jitter buffer is set in `media`" },
	{ "jbmaxsize", NULL, "the jitter buffer is set in `media`" },
	{ "jbimpl", NULL, "the jitter buffer is set in `media`" },
	{ "idledial", NULL, "idle calls are not placed" },
	{ "idleext", NULL, "idle calls are not placed" },
	{ "minunused", NULL, "idle calls are not placed" },
	{ "minidle", NULL, "idle calls are not placed" },
};

static bool read_value(struct import *import, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(carried); i++) {
		if (!strcasecmp(key, carried[i].key)) {
			carried[i].set(import, value);
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		if (!strcasecmp(key, kept[i].key)) {
			import_copy((char *)&import->settings + kept[i].at, IMPORT_WORD, value);
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcasecmp(key, others[i].key) != 0)
			continue;
		if (!others[i].same || strcasecmp(value, others[i].same) != 0)
			import_note(import, key, "%s", others[i].why);
		return true;
	}
	return false;
}

/* Trunk groups (NFAS) */

/* trunkgroup => GROUP,D CHANNEL[,BACKUP] */
static void read_group(struct import *import, const char *value)
{
	struct import_group group = { .line = import->line };

	if (import->n_groups == IMPORT_GROUPS ||
	    sscanf(value, "%u,%u,%u", &group.number, &group.d_channels[0], &group.d_channels[1]) <
		    2 ||
	    !group.number || !group.d_channels[0]) {
		import_note(import, "trunkgroup",
			    "a group has a number, a D channel and perhaps a backup");
		return;
	}
	import->groups[import->n_groups++] = group;
}

/* spanmap => SPAN,GROUP,LOGICAL SPAN */
static void read_map(struct import *import, const char *value)
{
	unsigned span, group, logical;

	if (sscanf(value, "%u,%u,%u", &span, &group, &logical) != 3 || !span ||
	    span > IMPORT_SPANS || !import->spans[span].there || !group || logical > 126) {
		import_note(import, "spanmap",
			    "\"%s\" is no span of system.conf, trunk group, and number within it",
			    value);
		return;
	}
	import->spans[span].group = group;
	import->spans[span].logical = logical;
}

/* channel => LIST */

struct taking {
	struct import *import;
	const struct import_settings *settings;
	unsigned strange; /* channels that are none of a span's */
};

static bool take(void *data, unsigned number)
{
	struct taking *taking = data;

	if (import_span_of(taking->import, number) &&
	    taking->import->channels[number].role == ROLE_BEARER)
		taking->import->channels[number].settings = taking->settings;
	else
		taking->strange++;
	return true;
}

static void read_channel(struct import *import, const char *value)
{
	struct taking taking = { .import = import };
	const char *signalling = import->settings.signalling;
	bool isdn = !strncmp(signalling, "pri_", 4) || !strncmp(signalling, "bri_", 4);

	if (import->n_taken > IMPORT_CHANNELS)
		return;
	if (!isdn) {
		import_note(import, "channel", "signalling \"%s\" is not there yet", signalling);
		return;
	}
	if (import->n_taken++ == IMPORT_CHANNELS) {
		import_note(import, "channel", "too many such lines");
		return;
	}
	import->settings.line = import->line;
	taking.settings = talloc_memdup(import, &import->settings, sizeof(import->settings));
	if (!taking.settings || !import_range(value, take, &taking))
		import_note(import, "channel", "\"%s\" is no list of channels, as 1-15,17-31",
			    value);
	if (taking.strange)
		import_note(import, value,
			    "%u of these channels are no `bchan` of a span in system.conf",
			    taking.strange);
}

static void read_channels_line(struct import *import, char *key, char *value)
{
	if (*key == '[') {
		if (strcmp(key, "[channels") != 0 && strcmp(key, "[trunkgroups") != 0)
			import_note(import, key, "read as if it were a part of [channels]");
	} else if (!value) {
		import_note(import, key,
			    *key == '#' ? "other files are not read; put their lines here"
					: "no such line is known");
	} else if (!strcasecmp(key, "channel") || !strcasecmp(key, "channels") ||
		   !strcasecmp(key, "dahdichan")) {
		read_channel(import, value);
	} else if (!strcasecmp(key, "trunkgroup")) {
		read_group(import, value);
	} else if (!strcasecmp(key, "spanmap")) {
		read_map(import, value);
	} else if (!read_value(import, key, value)) {
		import_note(import, key, "nothing here is like it");
	}
}

void import_channels(struct import *import, const struct import_source *source)
{
	import_lines(import, source, ";", read_channels_line);
}
