/* What was read, in the gateway's own words: a section for each span, and a trunk for each D channel. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "manage/setup/import_model.h"

enum { TRUNK_NAME = 32 };

struct writing {
	struct import *import;
	char *text; /* NULL: memory is out */
	char names[IMPORT_SPANS + 1][TRUNK_NAME];
	unsigned n_names;
};

#define PUT(writing, ...)                                                                          \
	((writing)->text =                                                                         \
		 (writing)->text ? talloc_asprintf_append((writing)->text, __VA_ARGS__) : NULL)

static const char *const kind_words[] = { [KIND_E1] = "e1", [KIND_T1] = "t1", [KIND_BRI] = "bri" };

/* A note about something that was said on that line of system.conf or chan_dahdi.conf. */
#define NOTE_AT(import_, file_, line_, ...)                                                        \
	((import_)->file = (file_), (import_)->line = (line_), import_note(import_, __VA_ARGS__))

/* One of nothing where the line has no such timeslot, as far as DAHDI's numbers go. */
static const struct import_channel *channel_at(const struct import *import,
					       const struct import_span *span, unsigned timeslot)
{
	static const struct import_channel nothing;
	unsigned number = span->first + timeslot - 1;

	return timeslot <= import_span_size(span) && number <= IMPORT_CHANNELS
		       ? &import->channels[number]
		       : &nothing;
}

/* The first channel of chan_dahdi.conf's in the span; NULL: it has none. */
static const struct import_settings *settings_of(struct import *import,
						 const struct import_span *span)
{
	for (unsigned t = 1; t <= import_span_size(span); t++) {
		const struct import_channel *channel = channel_at(import, span, t);

		if (channel->settings)
			return channel->settings;
	}
	return NULL;
}

static unsigned d_timeslot(struct import *import, const struct import_span *span)
{
	for (unsigned t = 1; t <= import_span_size(span); t++) {
		const struct import_channel *channel = channel_at(import, span, t);

		if (channel->role == ROLE_SIGNALLING || channel->role == ROLE_HARD_SIGNALLING)
			return t;
	}
	return 0;
}

/* Spans */

static bool is_word(const char *word, const char *words)
{
	const char *at = *word ? strstr(words, word) : NULL;

	return at && strchr(" ", at[strlen(word)]) && (at == words || at[-1] == ' ');
}

static void put_line_options(struct writing *writing, const struct import_span *span)
{
	if (*span->link) {
		PUT(writing, " dahdi dynamic %s %s\n type %s\n", span->link, span->address,
		    kind_words[span->kind]);
	} else {
		PUT(writing, " dahdi span %u\n type %s\n", span->number, kind_words[span->kind]);
		if (span->kind != KIND_BRI && is_word(span->framing, "ccs cas esf d4"))
			PUT(writing, " framing %s\n", span->framing);
		if (span->kind != KIND_BRI && is_word(span->coding, "hdb3 b8zs ami"))
			PUT(writing, " coding %s\n", span->coding);
	}
	if (span->crc4 && span->kind == KIND_E1)
		PUT(writing, " crc4\n");
	if (span->terminated && span->kind == KIND_BRI)
		PUT(writing, " termination\n");
	if (span->line_build_out)
		PUT(writing, " line-build-out %u\n", span->line_build_out);
	if (span->clock_priority)
		PUT(writing, " clock-priority %u\n", span->clock_priority);
}

/* What system.conf says of single channels is one word for the span here: the first B channel's. */
static void put_channel_options(struct writing *writing, const struct import_span *span)
{
	struct import *import = writing->import;
	const struct import_channel *first = NULL;
	unsigned d = d_timeslot(import, span);

	for (unsigned t = 1; t <= import_span_size(span); t++) {
		const struct import_channel *channel = channel_at(import, span, t);

		if (channel->role != ROLE_BEARER)
			continue;
		if (!first)
			first = channel;
		if (strcmp(channel->echo, first->echo) != 0 ||
		    strcmp(channel->law, first->law) != 0) {
			NOTE_AT(import, import->system_name, channel->line, "channels",
				"law and echo canceller are one for a span: those of its first "
				"channel");
			break;
		}
	}
	if (d && channel_at(import, span, d)->role == ROLE_HARD_SIGNALLING)
		PUT(writing, " hardhdlc\n");
	if (first && *first->law)
		PUT(writing, " law %s\n", first->law);
	if (first && *first->echo)
		PUT(writing, " echo-canceller %s\n", first->echo);
}

static void put_span(struct writing *writing, const struct import_span *span)
{
	struct import *import = writing->import;
	const struct import_settings *settings = settings_of(import, span);
	const char *zone = *import->default_zone ? import->default_zone : import->zone;

	PUT(writing, "\nspan %s-%u\n driver dahdi\n", kind_words[span->kind], span->number);
	put_line_options(writing, span);
	put_channel_options(writing, span);
	if (*zone)
		PUT(writing, " tone-zone %s\n", zone);
	if (settings && settings->rx_gain)
		PUT(writing, " rx-gain %d\n", settings->rx_gain);
	if (settings && settings->tx_gain)
		PUT(writing, " tx-gain %d\n", settings->tx_gain);
	if (settings && span->kind == KIND_BRI && !strncmp(settings->signalling, "bri_net", 7))
		PUT(writing, " bri-side nt\n");
}

/* Trunks */

/* The context's name, else the group's; with the span's number behind it when it is taken. */
static void name_trunk(struct writing *writing, const struct import_settings *settings,
		       unsigned span, char name[TRUNK_NAME])
{
	bool taken = false;

	if (*settings->context)
		snprintf(name, TRUNK_NAME, "%.24s", settings->context);
	else
		snprintf(name, TRUNK_NAME, "group-%.16s", *settings->group ? settings->group : "0");
	for (char *p = name; *p; p++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
			    *p))
			*p = '-';
	}
	if (strchr("-_.", *name))
		*name = 't';
	for (unsigned i = 0; i < writing->n_names; i++)
		taken |= !strcmp(writing->names[i], name);
	if (taken)
		snprintf(name + strlen(name), TRUNK_NAME - strlen(name), "-%u", span);
	snprintf(writing->names[writing->n_names++], TRUNK_NAME, "%s", name);
}

/* B channels as "1-15,17-31". */
static void put_channels(struct writing *writing, const struct import_span *span,
			 const struct import_settings *settings)
{
	const char *separator = " channels ";
	unsigned from = 0;

	for (unsigned t = 1; t <= import_span_size(span) + 1; t++) {
		const struct import_channel *channel = channel_at(writing->import, span, t);
		bool ours = channel->settings;

		if (ours && channel->settings != settings && !from)
			NOTE_AT(writing->import, writing->import->channels_name,
				channel->settings->line, "channel",
				"its trunk has the values of its first `channel` line, %d",
				settings->line);
		if (ours && !from)
			from = t;
		if (ours || !from)
			continue;
		if (from == t - 1)
			PUT(writing, "%s%u", separator, from);
		else
			PUT(writing, "%s%u-%u", separator, from, t - 1);
		separator = ",";
		from = 0;
	}
	if (*separator == ',')
		PUT(writing, "\n");
	else
		NOTE_AT(writing->import, writing->import->system_name, span->line, "span",
			"no `channel` of chan_dahdi.conf is in it");
}

static void put_member(struct writing *writing, const struct import_span *span, unsigned d,
		       const struct import_settings *settings)
{
	PUT(writing, " span %s-%u\n", kind_words[span->kind], span->number);
	if (span->group)
		PUT(writing, " interface %u\n", span->logical);
	if (d)
		PUT(writing, " d-channel %u\n", d);
	put_channels(writing, span, settings);
}

static void put_variant(struct writing *writing, const struct import_settings *settings)
{
	static const struct {
		const char *theirs, *ours;
	} variants[] = {
		{ "euroisdn", "euroisdn" }, { "national", "ni2" }, { "ni1", "ni1" },
		{ "dms100", "dms100" },     { "4ess", "4ess" },    { "5ess", "5ess" },
		{ "qsig", "qsig" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		if (!strcasecmp(settings->switchtype, variants[i].theirs)) {
			PUT(writing, " variant %s\n", variants[i].ours);
			return;
		}
	}
	if (*settings->switchtype)
		NOTE_AT(writing->import, writing->import->channels_name, settings->line,
			settings->switchtype, "no such variant is there");
}

static void put_options(struct writing *writing, const struct import_settings *settings)
{
	PUT(writing, " side %s\n", strstr(settings->signalling, "net") ? "network" : "user");
	put_variant(writing, settings);
	if (!strncmp(settings->signalling, "bri_", 4) && strstr(settings->signalling, "ptmp"))
		PUT(writing, " multipoint\n");
	if (settings->overlap_in)
		PUT(writing, " overlap receiving\n");
	if (settings->overlap_out)
		PUT(writing, " overlap sending\n");
	if (settings->inband_disconnect)
		PUT(writing, " inband always\n");
	if (settings->exclusive)
		PUT(writing, " channel exclusive\n");
	if (settings->transfer)
		PUT(writing, " transfer\n");
	if (*settings->echo)
		PUT(writing, " %s\n", settings->echo);
	for (unsigned i = 0; i < settings->n_timers; i++)
		PUT(writing, " %s\n", settings->timers[i]);
}

static void begin_trunk(struct writing *writing, const struct import_settings *settings,
			unsigned span)
{
	char name[TRUNK_NAME];

	name_trunk(writing, settings, span, name);
	PUT(writing, "\ntrunk %s\n protocol isdn\n", name);
}

static void put_trunk(struct writing *writing, const struct import_span *span)
{
	struct import *import = writing->import;
	const struct import_settings *settings = settings_of(import, span);
	unsigned d = d_timeslot(import, span);

	if (!settings || !d || span->group) {
		NOTE_AT(import, import->system_name, span->line, "span", "no trunk: %s",
			span->group ? "its trunk group is not there"
			: settings  ? "it has no D channel and is in no trunk group"
				    : "no `channel` of chan_dahdi.conf is in it");
		return;
	}
	begin_trunk(writing, settings, span->number);
	put_member(writing, span, d, settings);
	put_options(writing, settings);
}

/* The span with the D channel goes first; one with the backup keeps its own; others have none. */
static void put_group(struct writing *writing, const struct import_group *group)
{
	struct import *import = writing->import;
	const struct import_span *first = import_span_of(import, group->d_channels[0]);
	const struct import_span *backup =
		group->d_channels[1] ? import_span_of(import, group->d_channels[1]) : NULL;
	const struct import_settings *settings = first ? settings_of(import, first) : NULL;

	if (!settings || first->group != group->number) {
		NOTE_AT(import, import->channels_name, group->line, "trunkgroup",
			"group %u has no span with its D channel and with channels: no trunk",
			group->number);
		return;
	}
	begin_trunk(writing, settings, first->number);
	put_member(writing, first, group->d_channels[0] - first->first + 1, settings);
	for (unsigned i = 1; i <= IMPORT_SPANS; i++) {
		const struct import_span *span = &import->spans[i];

		if (span->there && span->group == group->number && span != first)
			put_member(writing, span,
				   span == backup ? group->d_channels[1] - span->first + 1 : 0,
				   settings);
	}
	put_options(writing, settings);
}

static bool in_group(const struct import *import, const struct import_span *span)
{
	for (unsigned i = 0; i < import->n_groups; i++) {
		if (span->group && import->groups[i].number == span->group)
			return true;
	}
	return false;
}

char *import_write(struct import *import, void *ctx)
{
	struct writing *writing = talloc_zero(import, struct writing);

	if (!writing)
		return NULL;
	writing->import = import;
	writing->text =
		talloc_strdup(ctx, "! From system.conf and chan_dahdi.conf. Peers and routes are "
				   "to be added: a trunk\n"
				   "! has the name of the context that its calls went to.\n");
	for (unsigned i = 1; i <= IMPORT_SPANS; i++) {
		if (import->spans[i].there)
			put_span(writing, &import->spans[i]);
	}
	for (unsigned i = 0; i < import->n_groups; i++)
		put_group(writing, &import->groups[i]);
	for (unsigned i = 1; i <= IMPORT_SPANS; i++) {
		if (import->spans[i].there && !in_group(import, &import->spans[i]))
			put_trunk(writing, &import->spans[i]);
	}
	return writing->text;
}
