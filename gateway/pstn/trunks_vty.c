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
#include "call/busy_alarm_vty.h"
#include "call/translate_vty.h"
#include "call/trunk_limits_vty.h"
#include "pstn/channel_list.h"
#include "pstn/trunk_causes_vty.h"
#include "pstn/trunks_check.h"

enum { ECHO_TAIL_MS = 64 }; /* the default: what a line's hybrid and the network before it need */

static void init_trunk(void *item)
{
	struct trunk_config *trunk = item;

	trunk->side = TRUNK_USER;
	trunk->hunt = HUNT_ASCENDING;
	trunk->inband = INBAND_ANNOUNCEMENTS;
	trunk->echo_tail_ms = ECHO_TAIL_MS;
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
static const char *const hunt_names[] = { "ascending", "descending", "round-robin",
					  "even",      "odd",        "least-used" };
static const char *const variant_names[] = { "",       "euroisdn", "ni2",  "ni1",
					     "dms100", "4ess",     "5ess", "qsig" };
static const char *const negotiation_names[] = { "", "preferred", "exclusive" };
static const char *const inband_names[] = { "announcements", "always", "never" };

static const struct timer_name {
	const char *name;
	size_t at; /* offset in struct trunk_timers */
} timer_names[] = {
	{ "t301", offsetof(struct trunk_timers, t301) },
	{ "t302", offsetof(struct trunk_timers, t302) },
	{ "t303", offsetof(struct trunk_timers, t303) },
	{ "t304", offsetof(struct trunk_timers, t304) },
	{ "t305", offsetof(struct trunk_timers, t305) },
	{ "t306", offsetof(struct trunk_timers, t306) },
	{ "t308", offsetof(struct trunk_timers, t308) },
	{ "t309", offsetof(struct trunk_timers, t309) },
	{ "t310", offsetof(struct trunk_timers, t310) },
	{ "t313", offsetof(struct trunk_timers, t313) },
	{ "t316", offsetof(struct trunk_timers, t316) },
	{ "t322", offsetof(struct trunk_timers, t322) },
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

/* Spans. The lines behind `span NAME` are about that one: vty->index_sub is its number, counted from 1, or
 * NULL. */

#define SPAN_STR                                                                                   \
	"A span that it uses; d-channel, channels and interface behind it are of that span\n"
#define SPAN_NAME_STR "The span's name\n"

static void select_span(struct vty *vty, size_t number)
{
	vty->index_sub = (void *)(uintptr_t)number;
}

/* The span that the lines are about now; NULL, with the complaint made. */
static struct trunk_span *selected_span(struct vty *vty, const char *option)
{
	struct trunk_config *item = vty->index;
	size_t number = (uintptr_t)vty->index_sub;

	if (number > 0 && number <= item->n_spans)
		return &item->spans[number - 1];
	config_reject(vty, "%s is of a span, and none is named yet; `span NAME` comes before it",
		      option);
	return NULL;
}

/* Its number counted from 1; 0: it is not there. */
static size_t find_span(const struct trunk_config *item, const char *name)
{
	for (size_t i = 0; i < item->n_spans; i++) {
		if (strcmp(item->spans[i].span, name) == 0)
			return i + 1;
	}
	return 0;
}

static uint8_t free_interface(const struct trunk_config *item)
{
	uint8_t interface = 0;

	for (size_t i = 0; i < item->n_spans; i++)
		if (item->spans[i].interface >= interface)
			interface = item->spans[i].interface + 1;
	return interface;
}

#define TRUNK_STR "A signalling instance and the channels that it governs\n"
#define TRUNK_NAME_STR "Its name, as routes use it\n"

DEFUN(trunk, trunk_cmd, "trunk NAME", TRUNK_STR TRUNK_NAME_STR)
{
	int rc = config_list_enter(vty, &trunk_list, config_candidate(&trunks_section), argv[0]);
	const struct trunk_config *item = vty->index;

	/* Of a trunk with one span, that one is meant. */
	if (rc == CMD_SUCCESS)
		select_span(vty, item->n_spans == 1);
	return rc;
}

DEFUN_ATTR(no_trunk, no_trunk_cmd, "no trunk NAME", NO_STR TRUNK_STR TRUNK_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &trunk_list, config_candidate(&trunks_section), argv[0]);
}

DEFUN(trunk_protocol, trunk_protocol_cmd, "protocol isdn",
      "Its signalling\n"
      "Q.931 over Q.921; `variant` says which\n")
{
	struct trunk_config *item = vty->index;

	return config_set_text(vty, "protocol", "isdn", item->protocol, sizeof(item->protocol));
}

DEFUN(trunk_span, trunk_span_cmd, "span NAME", SPAN_STR SPAN_NAME_STR)
{
	struct trunk_config *item = vty->index;
	struct trunk_span span = { .interface = free_interface(item), .line = config_line() };
	size_t number = find_span(item, argv[0]);

	if (config_set_name(vty, "span", argv[0], span.span, sizeof(span.span)) != CMD_SUCCESS)
		return CMD_WARNING;
	if (!number && item->n_spans == TRUNK_SPANS_MAX)
		return config_reject(vty, "span %s is one too many; a trunk has %d spans at most",
				     argv[0], TRUNK_SPANS_MAX);
	if (!number) {
		item->spans[item->n_spans] = span;
		number = ++item->n_spans;
	}
	select_span(vty, number);
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_trunk_span, no_trunk_span_cmd, "no span NAME", NO_STR SPAN_STR SPAN_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	struct trunk_config *item = vty->index;
	size_t number = find_span(item, argv[0]);

	if (!number)
		return config_reject(vty, "there is no span %s in trunk %s", argv[0], item->name);
	memmove(&item->spans[number - 1], &item->spans[number],
		(item->n_spans - number) * sizeof(item->spans[0]));
	item->spans[--item->n_spans] = (struct trunk_span){ 0 };
	select_span(vty, 0);
	return CMD_SUCCESS;
}

DEFUN(trunk_d_channel, trunk_d_channel_cmd, "d-channel <1-31>",
      "The timeslot of the span that carries signalling\n"
      "16 on an E1, 24 on a T1, 3 on a BRI\n")
{
	struct trunk_span *span = selected_span(vty, "d-channel");

	if (!span)
		return CMD_WARNING;
	span->d_timeslot = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_interface, trunk_interface_cmd, "interface <0-126>",
      "The span's number in a group of spans with one D channel (NFAS), alike at both ends; by "
      "default in their order, from 0\n"
      "0 has the D channel (Q.931 4.5.13, interface identifier)\n")
{
	struct trunk_span *span = selected_span(vty, "interface");

	if (!span)
		return CMD_WARNING;
	span->interface = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_channels, trunk_channels_cmd, "channels LIST",
      "The timeslots of the span that carry calls\n"
      "As 1-15,17-31\n")
{
	struct trunk_span *span = selected_span(vty, "channels");
	const char *wrong;

	if (!span)
		return CMD_WARNING;
	wrong = channel_list_parse(argv[0], &span->channels);
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

#define VARIANT_STR                                                                                \
	"What the exchange speaks; by default euroisdn on an E1 and a BRI, ni2 on a T1\n"

DEFUN(trunk_variant, trunk_variant_cmd, "variant (euroisdn|ni2|ni1|dms100|4ess|5ess|qsig)",
      VARIANT_STR "EuroISDN (ETSI EN 300 403)\n"
		  "National ISDN 2\n"
		  "National ISDN 1\n"
		  "Nortel DMS-100, custom\n"
		  "AT&T 4ESS (TR 41459)\n"
		  "Lucent 5ESS, custom\n"
		  "QSIG, between private exchanges (ECMA-143)\n")
{
	struct trunk_config *item = vty->index;

	item->variant = name_index(variant_names, ARRAY_SIZE(variant_names), argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_variant, no_trunk_variant_cmd, "no variant", NO_STR VARIANT_STR)
{
	struct trunk_config *item = vty->index;

	item->variant = VARIANT_DEFAULT;
	return CMD_SUCCESS;
}

#define CHANNEL_STR                                                                                \
	"How our calls ask for a channel (Q.931 5.1.2); by default the network says, the user "    \
	"wishes\n"

DEFUN(trunk_negotiation, trunk_negotiation_cmd, "channel (preferred|exclusive)",
      CHANNEL_STR "The far end may give another\n"
		  "This one or none\n")
{
	struct trunk_config *item = vty->index;

	item->negotiation = name_index(negotiation_names, ARRAY_SIZE(negotiation_names), argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_negotiation, no_trunk_negotiation_cmd, "no channel", NO_STR CHANNEL_STR)
{
	struct trunk_config *item = vty->index;

	item->negotiation = CHANNEL_BY_SIDE;
	return CMD_SUCCESS;
}

DEFUN(trunk_hunt, trunk_hunt_cmd, "hunt (ascending|descending|round-robin|even|odd|least-used)",
      "Which free channel an outgoing call takes; the far end does well to hunt the other way\n"
      "The lowest; the default\n"
      "The highest\n"
      "The one after the last taken\n"
      "The lowest even timeslot, an odd one when none is free\n"
      "The lowest odd timeslot, an even one when none is free\n"
      "The one that has had the fewest calls\n")
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

/* Options that are on or off */

#define OVERLAP_STR "Numbers that come digit by digit; by default they are whole\n"
#define OVERLAP_STRS                                                                               \
	OVERLAP_STR "From the line: SETUP ACKNOWLEDGE asks for more (Q.931 5.2.4)\n"               \
		    "To the line: the rest follows in INFORMATION (Q.931 5.1.3)\n"

static int set_overlap(struct vty *vty, const char *way, bool on)
{
	struct trunk_config *item = vty->index;

	if (strcmp(way, "receiving") == 0)
		item->overlap_receiving = on;
	else
		item->overlap_sending = on;
	return CMD_SUCCESS;
}

DEFUN(trunk_overlap, trunk_overlap_cmd, "overlap (receiving|sending)", OVERLAP_STRS)
{
	return set_overlap(vty, argv[0], true);
}

DEFUN(no_trunk_overlap, no_trunk_overlap_cmd, "no overlap (receiving|sending)", NO_STR OVERLAP_STRS)
{
	return set_overlap(vty, argv[0], false);
}

#define MULTIPOINT_STR "BRI: several terminals on one bus; by default one, point to point\n"
#define TRANSFER_STR                                                                               \
	"Two of its calls that are joined here are joined by the exchange instead; by default "    \
	"not\n"
#define BUSY_OUT_STR                                                                               \
	"Out of service while nobody that its calls could go to is alive; by default in service\n"
#define RESTART_STR "RESTART when the D channel comes up (Q.931 5.5); the default\n"

DEFUN(trunk_multipoint, trunk_multipoint_cmd, "multipoint", MULTIPOINT_STR)
{
	struct trunk_config *item = vty->index;

	item->multipoint = true;
	return CMD_SUCCESS;
}

DEFUN(no_trunk_multipoint, no_trunk_multipoint_cmd, "no multipoint", NO_STR MULTIPOINT_STR)
{
	struct trunk_config *item = vty->index;

	item->multipoint = false;
	return CMD_SUCCESS;
}

DEFUN(trunk_transfer, trunk_transfer_cmd, "transfer", TRANSFER_STR)
{
	struct trunk_config *item = vty->index;

	item->transfer = true;
	return CMD_SUCCESS;
}

DEFUN(no_trunk_transfer, no_trunk_transfer_cmd, "no transfer", NO_STR TRANSFER_STR)
{
	struct trunk_config *item = vty->index;

	item->transfer = false;
	return CMD_SUCCESS;
}

DEFUN(trunk_busy_out, trunk_busy_out_cmd, "busy-out", BUSY_OUT_STR)
{
	struct trunk_config *item = vty->index;

	item->busy_out = true;
	return CMD_SUCCESS;
}

DEFUN(no_trunk_busy_out, no_trunk_busy_out_cmd, "no busy-out", NO_STR BUSY_OUT_STR)
{
	struct trunk_config *item = vty->index;

	item->busy_out = false;
	return CMD_SUCCESS;
}

DEFUN(trunk_restart, trunk_restart_cmd, "restart", RESTART_STR)
{
	struct trunk_config *item = vty->index;

	item->no_restart = false;
	return CMD_SUCCESS;
}

DEFUN(no_trunk_restart, no_trunk_restart_cmd, "no restart", NO_STR RESTART_STR)
{
	struct trunk_config *item = vty->index;

	item->no_restart = true;
	return CMD_SUCCESS;
}

#define ECHO_STR "Echo of the line, by default taken away from speech\n"

DEFUN(trunk_echo_tail, trunk_echo_tail_cmd, "echo tail <8-128>",
      ECHO_STR "How late it may come; 64 ms by default\n"
	       "Milliseconds\n")
{
	struct trunk_config *item = vty->index;

	item->echo_tail_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_echo_off, trunk_echo_off_cmd, "echo off", ECHO_STR "It stays\n")
{
	struct trunk_config *item = vty->index;

	item->echo_tail_ms = 0;
	return CMD_SUCCESS;
}

#define TIMER_STR "A timer of Q.931; the figure behind each is its default\n"
#define TIMERS "(t301|t302|t303|t304|t305|t306|t308|t309|t310|t313|t316|t322)"
#define TIMERS_STR                                                                                 \
	"ALERTING to CONNECT; 180 s\n"                                                             \
	"Overlap receiving, after each digit; 12 s\n"                                              \
	"SETUP to an answer; 4 s\n"                                                                \
	"Overlap sending, after each digit; network 20 s, user 25 s\n"                             \
	"DISCONNECT to RELEASE; 30 s\n"                                                            \
	"DISCONNECT with in-band information to RELEASE; 30 s\n"                                   \
	"RELEASE to RELEASE COMPLETE; 4 s\n"                                                       \
	"Data link lost to calls cleared; 90 s\n"                                                  \
	"CALL PROCEEDING to the next message; network 35 s, user 60 s\n"                           \
	"CONNECT to CONNECT ACKNOWLEDGE; 4 s\n"                                                    \
	"RESTART to RESTART ACKNOWLEDGE; 120 s\n"                                                  \
	"STATUS ENQUIRY to STATUS; 4 s\n"

static void set_timer(struct trunk_config *item, const char *name, unsigned seconds)
{
	for (size_t i = 0; i < ARRAY_SIZE(timer_names); i++)
		if (strcmp(timer_names[i].name, name) == 0)
			*timer_of(&item->timers, &timer_names[i]) = seconds;
}

DEFUN(trunk_timer, trunk_timer_cmd, "timer " TIMERS " <1-600>", TIMER_STR TIMERS_STR "Seconds\n")
{
	set_timer(vty->index, argv[0], atoi(argv[1]));
	return CMD_SUCCESS;
}

DEFUN(no_trunk_timer, no_trunk_timer_cmd, "no timer " TIMERS, NO_STR TIMER_STR TIMERS_STR)
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
	install_element(NODE_TRUNK, &no_trunk_span_cmd);
	install_element(NODE_TRUNK, &trunk_d_channel_cmd);
	install_element(NODE_TRUNK, &trunk_interface_cmd);
	install_element(NODE_TRUNK, &trunk_channels_cmd);
	install_element(NODE_TRUNK, &trunk_side_cmd);
	install_element(NODE_TRUNK, &trunk_hunt_cmd);
	install_element(NODE_TRUNK, &trunk_inband_cmd);
	install_element(NODE_TRUNK, &trunk_variant_cmd);
	install_element(NODE_TRUNK, &no_trunk_variant_cmd);
	install_element(NODE_TRUNK, &trunk_multipoint_cmd);
	install_element(NODE_TRUNK, &no_trunk_multipoint_cmd);
	install_element(NODE_TRUNK, &trunk_negotiation_cmd);
	install_element(NODE_TRUNK, &no_trunk_negotiation_cmd);
	install_element(NODE_TRUNK, &trunk_overlap_cmd);
	install_element(NODE_TRUNK, &no_trunk_overlap_cmd);
	install_element(NODE_TRUNK, &trunk_transfer_cmd);
	install_element(NODE_TRUNK, &no_trunk_transfer_cmd);
	install_element(NODE_TRUNK, &trunk_restart_cmd);
	install_element(NODE_TRUNK, &no_trunk_restart_cmd);
	install_element(NODE_TRUNK, &trunk_echo_tail_cmd);
	install_element(NODE_TRUNK, &trunk_echo_off_cmd);
	install_element(NODE_TRUNK, &trunk_busy_out_cmd);
	install_element(NODE_TRUNK, &no_trunk_busy_out_cmd);
	install_element(NODE_TRUNK, &trunk_timer_cmd);
	install_element(NODE_TRUNK, &no_trunk_timer_cmd);
	trunk_causes_install();
	trunk_limits_install(NODE_TRUNK, offsetof(struct trunk_config, limits));
	busy_alarm_install(NODE_TRUNK, offsetof(struct trunk_config, busy_alarm));
	translate_vty_install(NODE_TRUNK, offsetof(struct trunk_config, translations));
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

static void write_span(const struct trunk_config *trunk, const struct trunk_span *span,
		       struct vty *vty)
{
	char text[CHANNEL_LIST_TEXT_MAX];

	vty_out(vty, " span %s\n", span->span);
	if (trunk->n_spans > 1 || span->interface)
		vty_out(vty, " interface %u\n", span->interface);
	if (span->d_timeslot)
		vty_out(vty, " d-channel %u\n", span->d_timeslot);
	if (span->channels)
		vty_out(vty, " channels %s\n", channel_list_text(span->channels, text));
}

/* Those that are not as usual */
static void write_flags(const struct trunk_config *trunk, struct vty *vty)
{
	const struct {
		bool on;
		const char *line;
	} flags[] = {
		{ trunk->multipoint, "multipoint" },
		{ trunk->overlap_receiving, "overlap receiving" },
		{ trunk->overlap_sending, "overlap sending" },
		{ trunk->transfer, "transfer" },
		{ trunk->no_restart, "no restart" },
		{ trunk->busy_out, "busy-out" },
		{ !trunk->echo_tail_ms, "echo off" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].on)
			vty_out(vty, " %s\n", flags[i].line);
}

static void write_trunk(const struct trunk_config *trunk, struct vty *vty)
{
	vty_out(vty, "\ntrunk %s\n", trunk->name);
	if (trunk->protocol[0])
		vty_out(vty, " protocol %s\n", trunk->protocol);
	for (size_t i = 0; i < trunk->n_spans; i++)
		write_span(trunk, &trunk->spans[i], vty);
	vty_out(vty, " side %s\n", side_names[trunk->side]);
	if (trunk->variant)
		vty_out(vty, " variant %s\n", variant_names[trunk->variant]);
	vty_out(vty, " hunt %s\n", hunt_names[trunk->hunt]);
	if (trunk->negotiation)
		vty_out(vty, " channel %s\n", negotiation_names[trunk->negotiation]);
	if (trunk->inband != INBAND_ANNOUNCEMENTS)
		vty_out(vty, " inband %s\n", inband_names[trunk->inband]);
	write_flags(trunk, vty);
	if (trunk->echo_tail_ms != ECHO_TAIL_MS && trunk->echo_tail_ms)
		vty_out(vty, " echo tail %u\n", trunk->echo_tail_ms);
	write_timers(trunk, vty);
	translate_vty_write(&trunk->translations, vty);
	trunk_limits_write(&trunk->limits, vty);
	busy_alarm_write(&trunk->busy_alarm, vty);
	trunk_causes_write(&trunk->causes, vty);
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
	.validate = trunks_check,
	.write = write_value,
};
