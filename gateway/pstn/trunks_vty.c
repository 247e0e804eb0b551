/* The configuration of trunks:
 *
 *   trunk pstn
 *    protocol isdn
 *    span e1-1
 *    d-channel 16
 *    channels 1-15,17-31
 *    side user
 */
#include "pstn/trunk_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "drivers/span_config.h"

static void init_trunk(void *item)
{
	struct trunk_config *trunk = item;

	trunk->side = TRUNK_USER;
	trunk->hunt = HUNT_ASCENDING;
	trunk->inband = INBAND_ANNOUNCEMENTS;
}

static const struct config_list trunk_list = {
	.kind = "trunk",
	.items_at = offsetof(struct trunks_config, trunks),
	.n_at = offsetof(struct trunks_config, n),
	.item_size = sizeof(struct trunk_config),
	.name_size = TRUNK_NAME_MAX,
	.line_at = offsetof(struct trunk_config, line),
	.node = NODE_TRUNK,
	.init = init_trunk,
};

/* Names in the order of the enums. */
static const char *const side_names[] = { "user", "network" };
static const char *const hunt_names[] = { "ascending", "descending", "round-robin" };
static const char *const inband_names[] = { "announcements", "always", "never" };

static const struct timer_name {
	const char *name;
	size_t at; /* offset in struct trunk_timers */
} timer_names[] = {
	{ "t301", offsetof(struct trunk_timers, t301) },
	{ "t303", offsetof(struct trunk_timers, t303) },
	{ "t305", offsetof(struct trunk_timers, t305) },
	{ "t306", offsetof(struct trunk_timers, t306) },
	{ "t308", offsetof(struct trunk_timers, t308) },
	{ "t309", offsetof(struct trunk_timers, t309) },
	{ "t310", offsetof(struct trunk_timers, t310) },
	{ "t313", offsetof(struct trunk_timers, t313) },
};

static unsigned *timer_of(struct trunk_timers *timers, const struct timer_name *name)
{
	return (unsigned *)((char *)timers + name->at);
}

/* Position of a word in a table of n names that has it: the grammar has checked that. */
static unsigned name_index(const char *const names[], unsigned n, const char *word)
{
	unsigned i = 0;

	while (i < n - 1 && strcmp(names[i], word) != 0)
		i++;
	return i;
}

#define TRUNK_STR "A signalling instance and the channels that it governs\n"
#define TRUNK_NAME_STR "Its name, as routes use it\n"

DEFUN(trunk, trunk_cmd, "trunk NAME", TRUNK_STR TRUNK_NAME_STR)
{
	return config_list_enter(vty, &trunk_list, config_candidate(&trunks_section), argv[0]);
}

DEFUN_ATTR(no_trunk, no_trunk_cmd, "no trunk NAME", NO_STR TRUNK_STR TRUNK_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &trunk_list, config_candidate(&trunks_section), argv[0]);
}

DEFUN(trunk_protocol, trunk_protocol_cmd, "protocol isdn",
      "Its signalling\n"
      "Q.931 and Q.921, EuroISDN primary rate\n")
{
	struct trunk_config *item = vty->index;

	return config_set_text(vty, "protocol", "isdn", item->protocol, sizeof(item->protocol));
}

DEFUN(trunk_span, trunk_span_cmd, "span NAME", "The span that it uses\nThe span's name\n")
{
	struct trunk_config *item = vty->index;

	return config_set_name(vty, "span", argv[0], item->span, sizeof(item->span));
}

DEFUN(trunk_d_channel, trunk_d_channel_cmd, "d-channel <1-31>",
      "The timeslot that carries signalling\n"
      "16 on an E1, 24 on a T1 by custom\n")
{
	struct trunk_config *item = vty->index;

	item->d_timeslot = atoi(argv[0]);
	return CMD_SUCCESS;
}

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

/* "1-15,17-31" as bits. NULL, or what is wrong. */
static const char *parse_channels(const char *text, uint32_t *channels)
{
	unsigned long first, last;
	uint32_t set = 0;

	for (;; text++) {
		if (!parse_range(&text, &first, &last) || (*text && *text != ','))
			return "is no list of timeslots; right would be, as an example: 1-15,17-31";
		if (first < 1 || last > TRUNK_CHANNELS_MAX)
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

DEFUN(trunk_channels, trunk_channels_cmd, "channels LIST",
      "The timeslots that carry calls\n"
      "As 1-15,17-31\n")
{
	struct trunk_config *item = vty->index;
	const char *wrong = parse_channels(argv[0], &item->channels);

	return wrong ? config_reject(vty, "channels \"%s\" %s", argv[0], wrong) : CMD_SUCCESS;
}

DEFUN(trunk_side, trunk_side_cmd, "side (user|network)",
      "Our end of the D channel (Q.921, Q.931)\n"
      "The subscriber's; the default\n"
      "The exchange's\n")
{
	struct trunk_config *item = vty->index;

	item->side = name_index(side_names, ARRAY_SIZE(side_names), argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_hunt, trunk_hunt_cmd, "hunt (ascending|descending|round-robin)",
      "Which free channel an outgoing call takes; the far end does well to hunt the other way\n"
      "The lowest; the default\n"
      "The highest\n"
      "The one after the last taken\n")
{
	struct trunk_config *item = vty->index;

	item->hunt = name_index(hunt_names, ARRAY_SIZE(hunt_names), argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_inband, trunk_inband_cmd, "inband (announcements|always|never)",
      "Sound of the line before it releases (DISCONNECT with progress indicator 8)\n"
      "Let through, save for busy (cause 17); the default\n"
      "Let through\n"
      "Not let through: the caller is cleared at once\n")
{
	struct trunk_config *item = vty->index;

	item->inband = name_index(inband_names, ARRAY_SIZE(inband_names), argv[0]);
	return CMD_SUCCESS;
}

#define TIMER_STR "A timer of Q.931\n"
#define TIMERS_STR                                                                                 \
	"Alerting to connect; 180 s\n"                                                             \
	"SETUP to an answer; 4 s\n"                                                                \
	"DISCONNECT to RELEASE; 30 s\n"                                                            \
	"DISCONNECT with in-band information to RELEASE; 30 s\n"                                   \
	"RELEASE to RELEASE COMPLETE; 4 s\n"                                                       \
	"Data link lost to calls cleared; 90 s\n"                                                  \
	"CALL PROCEEDING to the next message; 10 s\n"                                              \
	"CONNECT to CONNECT ACKNOWLEDGE; 4 s\n"

static void set_timer(struct trunk_config *item, const char *name, unsigned seconds)
{
	for (size_t i = 0; i < ARRAY_SIZE(timer_names); i++)
		if (strcmp(timer_names[i].name, name) == 0)
			*timer_of(&item->timers, &timer_names[i]) = seconds;
}

DEFUN(trunk_timer, trunk_timer_cmd, "timer (t301|t303|t305|t306|t308|t309|t310|t313) <1-600>",
      TIMER_STR TIMERS_STR "Seconds\n")
{
	set_timer(vty->index, argv[0], atoi(argv[1]));
	return CMD_SUCCESS;
}

DEFUN(no_trunk_timer, no_trunk_timer_cmd, "no timer (t301|t303|t305|t306|t308|t309|t310|t313)",
      NO_STR TIMER_STR TIMERS_STR)
{
	set_timer(vty->index, argv[0], 0);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_TRUNK, "%s(config-trunk)# ", 1, .name = "trunk" };

	install_element(CONFIG_NODE, &trunk_cmd);
	install_element(CONFIG_NODE, &no_trunk_cmd);
	install_node(&node, NULL);
	install_element(NODE_TRUNK, &trunk_protocol_cmd);
	install_element(NODE_TRUNK, &trunk_span_cmd);
	install_element(NODE_TRUNK, &trunk_d_channel_cmd);
	install_element(NODE_TRUNK, &trunk_channels_cmd);
	install_element(NODE_TRUNK, &trunk_side_cmd);
	install_element(NODE_TRUNK, &trunk_hunt_cmd);
	install_element(NODE_TRUNK, &trunk_inband_cmd);
	install_element(NODE_TRUNK, &trunk_timer_cmd);
	install_element(NODE_TRUNK, &no_trunk_timer_cmd);
}

/* The longest is "1-2,4-5 ... 28-29,31", of 56 characters. */
enum { CHANNELS_TEXT_MAX = 64 };

/* The bits as "1-15,17-31". */
static const char *channels_text(uint32_t channels, char out[static CHANNELS_TEXT_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = CHANNELS_TEXT_MAX };

	*out = '\0';
	for (unsigned t = 1; t <= TRUNK_CHANNELS_MAX; t++) {
		unsigned first = t;

		if (!(channels & 1u << t))
			continue;
		while (t < TRUNK_CHANNELS_MAX && channels & 1u << (t + 1))
			t++;
		OSMO_STRBUF_PRINTF(text, "%s%u", *out ? "," : "", first);
		if (t > first)
			OSMO_STRBUF_PRINTF(text, "-%u", t);
	}
	return out;
}

static void validate_span(const struct config *config, const struct trunk_config *trunk,
			  struct config_report *report)
{
	const struct span_config *span =
		spans_config_find(config_get(config, &spans_section), trunk->span);
	unsigned last = span_timeslots(span ? span->type : SPAN_E1);

	if (!span) {
		char *names = config_names(report, config, "span");

		config_fault_option(report, trunk->line, "span",
				    "trunk %s: span %s does not exist; spans are: %s", trunk->name,
				    trunk->span, names);
		talloc_free(names);
	}
	if (trunk->d_timeslot > last)
		config_fault_option(report, trunk->line, "d-channel",
				    "trunk %s: a T1 has no timeslot %u; `d-channel 24` is usual",
				    trunk->name, trunk->d_timeslot);
	if (trunk->channels >> last > 1)
		config_fault_option(report, trunk->line, "channels",
				    "trunk %s: a T1 has 24 timeslots; `channels 1-23` is usual",
				    trunk->name);
}

static void validate_one(const struct config *config, const struct trunk_config *trunk,
			 struct config_report *report)
{
	if (!trunk->protocol[0])
		config_fault_option(report, trunk->line, "protocol",
				    "trunk %s has no protocol; `protocol isdn` is right",
				    trunk->name);
	if (!trunk->span[0])
		config_fault_option(report, trunk->line, "span",
				    "trunk %s has no span; it needs `span` and a span's name",
				    trunk->name);
	else
		validate_span(config, trunk, report);
	if (!trunk->d_timeslot)
		config_fault_option(
			report, trunk->line, "d-channel",
			"trunk %s has no d-channel; `d-channel 16` is usual on an E1, 24 "
			"on a T1",
			trunk->name);
	if (!trunk->channels)
		config_fault_option(
			report, trunk->line, "channels",
			"trunk %s has no channels; `channels 1-15,17-31` is usual on an "
			"E1, 1-23 on a T1",
			trunk->name);
	if (trunk->d_timeslot && trunk->channels & 1u << trunk->d_timeslot) {
		uint32_t better = trunk->channels & ~(1u << trunk->d_timeslot);
		char text[CHANNELS_TEXT_MAX];

		config_fault_option(report, trunk->line, "channels",
				    "trunk %s: timeslot %u is the D channel and carries no call; "
				    "`channels %s` is right",
				    trunk->name, trunk->d_timeslot, channels_text(better, text));
	}
}

static uint32_t timeslots_of(const struct trunk_config *trunk)
{
	return trunk->channels | (trunk->d_timeslot ? 1u << trunk->d_timeslot : 0);
}

/* Timeslots that a trunk before this one has already. */
static void validate_overlap(const struct trunks_config *value, size_t i,
			     struct config_report *report)
{
	const struct trunk_config *trunk = &value->trunks[i];

	for (size_t j = 0; j < i; j++) {
		const struct trunk_config *other = &value->trunks[j];
		uint32_t both = timeslots_of(trunk) & timeslots_of(other);
		char text[CHANNELS_TEXT_MAX];

		if (!both || !trunk->span[0] || strcmp(trunk->span, other->span) != 0)
			continue;
		config_fault_option(report, trunk->line, "channels",
				    "trunk %s: trunk %s has timeslots %s of span %s already; each "
				    "belongs to one trunk",
				    trunk->name, other->name, channels_text(both, text),
				    trunk->span);
	}
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct trunks_config *value = config_get(config, &trunks_section);

	for (size_t i = 0; i < value->n; i++) {
		validate_one(config, &value->trunks[i], report);
		validate_overlap(value, i, report);
	}
}

static void write_timers(const struct trunk_config *trunk, struct vty *vty)
{
	struct trunk_timers timers = trunk->timers;

	for (size_t i = 0; i < ARRAY_SIZE(timer_names); i++) {
		unsigned seconds = *timer_of(&timers, &timer_names[i]);

		if (seconds)
			vty_out(vty, " timer %s %u\n", timer_names[i].name, seconds);
	}
}

static void write_trunk(const struct trunk_config *trunk, struct vty *vty)
{
	vty_out(vty, "\ntrunk %s\n", trunk->name);
	if (trunk->protocol[0])
		vty_out(vty, " protocol %s\n", trunk->protocol);
	if (trunk->span[0])
		vty_out(vty, " span %s\n", trunk->span);
	if (trunk->d_timeslot)
		vty_out(vty, " d-channel %u\n", trunk->d_timeslot);
	if (trunk->channels) {
		char text[CHANNELS_TEXT_MAX];

		vty_out(vty, " channels %s\n", channels_text(trunk->channels, text));
	}
	vty_out(vty, " side %s\n", side_names[trunk->side]);
	vty_out(vty, " hunt %s\n", hunt_names[trunk->hunt]);
	if (trunk->inband != INBAND_ANNOUNCEMENTS)
		vty_out(vty, " inband %s\n", inband_names[trunk->inband]);
	write_timers(trunk, vty);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct trunks_config *value = section_value;

	for (size_t i = 0; i < value->n; i++)
		write_trunk(&value->trunks[i], vty);
}

const struct config_section trunks_section = {
	.size = sizeof(struct trunks_config),
	.lists = &trunk_list,
	.n_lists = 1,
	.install = install,
	.validate = validate,
	.write = write_value,
};
