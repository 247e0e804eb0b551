/* What can be wrong with the trunks of a configuration. Each fault says what is wrong, where, and what would be
 * right. */
#include "pstn/trunks_check.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config.h"
#include "call/translate_vty.h"
#include "call/trunk_group_config.h"
#include "call/trunk_limits_vty.h"
#include "call/emergency_config.h"
#include "drivers/span_config.h"
#include "pstn/channel_list.h"
#include "pstn/trunk_config.h"

/* By enum span_type */
static const struct {
	const char *name, *word, *d_channel, *channels; /* the latter as is usual */
	unsigned last_b;                                /* timeslot that can carry calls */
} types[] = {
	[SPAN_E1] = { "E1", "e1", "16", "1-15,17-31", 31 },
	[SPAN_T1] = { "T1", "t1", "24", "1-23", 24 },
	[SPAN_BRI] = { "BRI", "bri", "3", "1-2", 2 },
};

static const struct span_config *find_span(const struct config *config,
					   const struct trunk_span *member)
{
	return spans_config_find(config_get(config, &spans_section), member->span);
}

/* That has the D channel; NULL when there is none such. */
static const struct span_config *first_span(const struct config *config,
					    const struct trunk_config *trunk)
{
	return trunk->n_spans ? find_span(config, &trunk->spans[0]) : NULL;
}

static bool is_basic(const struct config *config, const struct trunk_config *trunk)
{
	const struct span_config *first = first_span(config, trunk);

	return first && first->type == SPAN_BRI;
}

static void check_timeslots(const struct trunk_config *trunk, const struct trunk_span *member,
			    enum span_type type, struct config_report *report)
{
	if (member->d_timeslot > span_timeslots(type))
		config_fault_option(report, member->line, "d-channel",
				    "trunk %s: a %s has no timeslot %u; `d-channel %s` is usual",
				    trunk->name, types[type].name, member->d_timeslot,
				    types[type].d_channel);
	if (member->channels >> types[type].last_b > 1)
		config_fault_option(report, member->line, "channels",
				    "trunk %s: a %s has %u %s; `channels %s` is usual", trunk->name,
				    types[type].name, types[type].last_b,
				    type == SPAN_BRI ? "B channels" : "timeslots",
				    types[type].channels);
}

static void check_span(const struct config *config, const struct trunk_config *trunk,
		       const struct trunk_span *member, struct config_report *report)
{
	const struct span_config *span = find_span(config, member);
	const struct span_config *first = first_span(config, trunk);

	if (!span) {
		char *names = config_names(report, config, "span");

		config_fault(report, member->line,
			     "trunk %s: span %s does not exist; spans are: %s", trunk->name,
			     member->span, names);
		talloc_free(names);
		return;
	}
	check_timeslots(trunk, member, span->type, report);
	if (first && first->type != span->type)
		config_fault(report, member->line,
			     "trunk %s: span %s is %s, span %s is %s; the spans of a trunk are of "
			     "one type",
			     trunk->name, span->name, types[span->type].word, first->name,
			     types[first->type].word);
	if (first && first->law != span->law)
		config_fault(report, member->line,
			     "trunk %s: span %s speaks %s, span %s %s; the spans of a trunk have "
			     "one law",
			     trunk->name, span->name, law_name(span->law), first->name,
			     law_name(first->law));
}

static void check_member(const struct trunk_config *trunk, const struct trunk_span *member,
			 struct config_report *report)
{
	if (!member->channels)
		config_fault_option(
			report, member->line, "channels",
			"trunk %s has no channels; `channels 1-15,17-31` is usual on an "
			"E1, 1-23 on a T1, 1-2 on a BRI",
			trunk->name);
	if (member->d_timeslot && member->channels & 1u << member->d_timeslot) {
		uint32_t better = member->channels & ~(1u << member->d_timeslot);
		char text[CHANNEL_LIST_TEXT_MAX];

		config_fault_option(report, member->line, "channels",
				    "trunk %s: timeslot %u is the D channel and carries no call; "
				    "`channels %s` is right",
				    trunk->name, member->d_timeslot,
				    channel_list_text(better, text));
	}
}

static void check_one(const struct config *config, const struct trunk_config *trunk,
		      struct config_report *report)
{
	if (!trunk->protocol[0])
		config_fault_option(report, trunk->line, "protocol",
				    "trunk %s has no protocol; `protocol isdn` is right",
				    trunk->name);
	if (!trunk->n_spans)
		config_fault_option(report, trunk->line, "span",
				    "trunk %s has no span; it needs `span` and a span's name",
				    trunk->name);
	else if (!trunk->spans[0].d_timeslot)
		config_fault_option(
			report, trunk->spans[0].line, "d-channel",
			"trunk %s has no d-channel; `d-channel 16` is usual on an E1, 24 "
			"on a T1, 3 on a BRI",
			trunk->name);
	for (size_t i = 0; i < trunk->n_spans; i++) {
		check_span(config, trunk, &trunk->spans[i], report);
		check_member(trunk, &trunk->spans[i], report);
	}
}

/* Groups of spans with one D channel and its backup (ANSI T1.607, Q.931 annex F). */
static void check_group(const struct config *config, const struct trunk_config *trunk,
			struct config_report *report)
{
	unsigned n_d_channels = 0;

	for (size_t i = 0; i < trunk->n_spans; i++) {
		const struct trunk_span *member = &trunk->spans[i];

		n_d_channels += member->d_timeslot > 0;
		if (member->d_timeslot && n_d_channels > 2)
			config_fault_option(report, member->line, "d-channel",
					    "trunk %s: span %s has a third D channel; one, and one "
					    "for backup, are right",
					    trunk->name, member->span);
		for (size_t j = 0; j < i; j++)
			if (trunk->spans[j].interface == member->interface)
				config_fault_option(report, member->line, "interface",
						    "trunk %s: span %s is interface %u already; "
						    "each has a number of its own",
						    trunk->name, trunk->spans[j].span,
						    member->interface);
	}
	if (trunk->n_spans > 1 && (trunk->variant == VARIANT_QSIG || is_basic(config, trunk)))
		config_fault(report, trunk->spans[1].line,
			     "trunk %s has several spans, but %s has no such groups; one span to a "
			     "trunk is right",
			     trunk->name, trunk->variant == VARIANT_QSIG ? "QSIG" : "BRI");
}

static void check_variant(const struct config *config, const struct trunk_config *trunk,
			  struct config_report *report)
{
	const bool bri = is_basic(config, trunk);

	if (bri && trunk->variant != VARIANT_DEFAULT && trunk->variant != VARIANT_EUROISDN &&
	    trunk->variant != VARIANT_NI1 && trunk->variant != VARIANT_QSIG)
		config_fault_option(report, trunk->line, "variant",
				    "trunk %s: this variant is for primary rate, span %s is bri; "
				    "euroisdn, ni1 or qsig is right",
				    trunk->name, trunk->spans[0].span);
	if (trunk->multipoint && !bri)
		config_fault_option(report, trunk->line, "multipoint",
				    "trunk %s: multipoint is for spans of type bri; `no "
				    "multipoint` is right",
				    trunk->name);
	if (trunk->multipoint && trunk->variant == VARIANT_QSIG)
		config_fault_option(report, trunk->line, "multipoint",
				    "trunk %s: QSIG is point to point; `no multipoint` is right",
				    trunk->name);
	if (trunk->multipoint && trunk->side == TRUNK_NETWORK &&
	    trunk->negotiation == CHANNEL_PREFERRED)
		config_fault_option(report, trunk->line, "channel",
				    "trunk %s: several terminals cannot each choose a channel "
				    "(Q.931 5.2.3.2); `channel exclusive` is right",
				    trunk->name);
}

static void check_shared(const struct trunk_config *trunk, const struct trunk_config *other,
			 struct config_report *report)
{
	for (size_t i = 0; i < trunk->n_spans; i++) {
		for (size_t j = 0; j < other->n_spans; j++) {
			if (strcmp(trunk->spans[i].span, other->spans[j].span) == 0)
				config_fault(report, trunk->spans[i].line,
					     "trunk %s: span %s is of trunk %s already; each "
					     "belongs to one trunk",
					     trunk->name, trunk->spans[i].span, other->name);
		}
	}
}

/* Without names of their own, emergency calls go to the network. */
static void check_emergency(const struct config *config, struct config_report *report)
{
	const struct trunks_config *value = config_get(config, &trunks_section);
	const struct emergency_config *emergency = config_get(config, &emergency_section);

	if (!emergency->n_numbers || emergency->n_ways)
		return;
	for (size_t i = 0; i < value->n; i++) {
		if (value->trunks[i].side == TRUNK_USER)
			return;
	}
	config_fault_option(report, emergency->line, NULL,
			    "emergency calls have no way: no trunk is on the user side; `to trunk "
			    "NAME` names one");
}

static unsigned channels_of(const struct trunk_config *trunk)
{
	unsigned n = 0;

	for (size_t i = 0; i < trunk->n_spans; i++)
		n += (unsigned)__builtin_popcount(trunk->spans[i].channels);
	return n;
}

/* What the groups are to keep free is of the channels of their trunks. */
static void check_trunk_groups(const struct config *config, struct config_report *report)
{
	const struct trunks_config *trunks = config_get(config, &trunks_section);
	const struct routes_config *routes = config_get(config, &routes_section);

	for (size_t i = 0; i < routes->n_trunk_groups; i++) {
		const struct trunk_group_config *group = &routes->trunk_groups[i];
		char whose[TARGET_NAME_MAX + 16];
		unsigned channels = 0;

		for (size_t j = 0; j < trunks->n * group->n_members; j++) {
			const struct trunk_config *trunk = &trunks->trunks[j / group->n_members];

			if (!strcmp(trunk->name, group->members[j % group->n_members]))
				channels += channels_of(trunk);
		}
		snprintf(whose, sizeof(whose), "trunk-group %s", group->name);
		trunk_limits_check(&group->limits, whose, group->line, channels, report);
	}
}

void trunks_check(const struct config *config, struct config_report *report)
{
	const struct trunks_config *value = config_get(config, &trunks_section);

	for (size_t i = 0; i < value->n; i++) {
		char whose[TRUNK_NAME_MAX + 8];

		snprintf(whose, sizeof(whose), "trunk %s", value->trunks[i].name);
		translate_vty_validate(config, &value->trunks[i].translations, whose,
				       value->trunks[i].line, report);
		check_one(config, &value->trunks[i], report);
		check_group(config, &value->trunks[i], report);
		check_variant(config, &value->trunks[i], report);
		trunk_limits_check(&value->trunks[i].limits, whose, value->trunks[i].line,
				   channels_of(&value->trunks[i]), report);
		for (size_t j = 0; j < i; j++)
			check_shared(&value->trunks[i], &value->trunks[j], report);
	}
	check_trunk_groups(config, report);
	check_emergency(config, report);
}
