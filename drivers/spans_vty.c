/* The configuration of spans; dahdi_vty.c has the words that are for cards:
 *
 *   span e1-1
 *    driver virtual
 *    far-end e1-2
 *    type e1
 *    law alaw
 */
#include "drivers/span_config.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "drivers/dahdi_vty.h"

enum { SBUS_TES = 8 }; /* I.430 4.2 */

static void init_span(void *item)
{
	struct span_config *span = item;

	span->type = SPAN_E1;
	span->law = LAW_ALAW;
	dahdi_vty_init(span);
}

static const struct config_list span_list = {
	.kind = "span",
	.items_at = offsetof(struct spans_config, spans),
	.n_at = offsetof(struct spans_config, n),
	.item_size = sizeof(struct span_config),
	.name_size = TDM_NAME_MAX,
	.line_at = offsetof(struct span_config, line),
	.node = NODE_SPAN,
	.init = init_span,
};

const struct span_config *spans_config_find(const struct spans_config *spans, const char *name)
{
	return config_list_find(&span_list, spans, name);
}

#define SPAN_STR "A bundle of timeslots: an E1, T1 or BRI\n"
#define SPAN_NAME_STR "Its name, as in e1-1/17\n"

DEFUN(span, span_cmd, "span NAME", SPAN_STR SPAN_NAME_STR)
{
	return config_list_enter(vty, &span_list, config_candidate(&spans_section), argv[0]);
}

DEFUN_ATTR(no_span, no_span_cmd, "no span NAME", NO_STR SPAN_STR SPAN_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &span_list, config_candidate(&spans_section), argv[0]);
}

DEFUN(span_driver, span_driver_cmd, "driver (virtual|sbus|dahdi)",
      "What carries the span; no default\n"
      "A cable in memory to another virtual span\n"
      "A bus of basic rate in memory: one NT, and up to eight TEs whose far-end it is\n"
      "A card, or what else DAHDI drives; `dahdi` says which\n")
{
	struct span_config *item = vty->index;

	return config_set_text(vty, "driver", argv[0], item->driver, sizeof(item->driver));
}

DEFUN(span_far_end, span_far_end_cmd, "far-end NAME",
      "The span at the other end of a virtual cable, or the NT of a TE's bus; no "
      "default\n" SPAN_NAME_STR)
{
	struct span_config *item = vty->index;

	return config_set_name(vty, "far-end", argv[0], item->far_end, sizeof(item->far_end));
}

static const struct value_string types[] = {
	{ SPAN_E1, "e1" },
	{ SPAN_T1, "t1" },
	{ SPAN_BRI, "bri" },
	{ 0, NULL },
};

DEFUN(span_type, span_type_cmd, "type (e1|t1|bri)",
      "The kind of line\n"
      "2048 kbit/s, timeslots 1 to 31; the default\n"
      "1544 kbit/s, timeslots 1 to 24\n"
      "ISDN's basic rate: timeslots 1 and 2, and 3 for the D channel\n")
{
	struct span_config *item = vty->index;

	item->type = (enum span_type)get_string_value(types, argv[0]);
	if (!item->law_given)
		item->law = item->type == SPAN_T1 ? LAW_MULAW : LAW_ALAW;
	return CMD_SUCCESS;
}

DEFUN(span_law, span_law_cmd, "law (alaw|mulaw)",
      "G.711 law of the speech on the line\n"
      "A-law: the default of an E1 and a BRI\n"
      "mu-law: the default of a T1\n")
{
	struct span_config *item = vty->index;

	item->law = argv[0][0] == 'a' ? LAW_ALAW : LAW_MULAW;
	item->law_given = true;
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_SPAN, "%s(config-span)# ", 1, .name = "span" };

	install_element(CONFIG_NODE, &span_cmd);
	install_element(CONFIG_NODE, &no_span_cmd);
	install_node(&node, NULL);
	install_element(NODE_SPAN, &span_driver_cmd);
	install_element(NODE_SPAN, &span_far_end_cmd);
	install_element(NODE_SPAN, &span_type_cmd);
	install_element(NODE_SPAN, &span_law_cmd);
	dahdi_vty_install();
}

static const char *type_name(enum span_type type)
{
	return get_value_string(types, type);
}

/* The two ends of a virtual cable name each other and are of one kind; each fault is told at
 * both. */
static void validate_far_end(const struct config *config, const struct span_config *span,
			     struct config_report *report)
{
	const struct span_config *far_end =
		spans_config_find(config_get(config, &spans_section), span->far_end);

	if (!far_end) {
		char *names = config_names(report, config, "span");

		config_fault_option(report, span->line, "far-end",
				    "span %s: far-end %s does not exist; spans are: %s", span->name,
				    span->far_end, names);
		talloc_free(names);
		return;
	}
	if (far_end == span)
		config_fault_option(report, span->line, "far-end",
				    "span %s is its own far-end; name the span at the other end",
				    span->name);
	else if (strcmp(far_end->far_end, span->name) != 0)
		config_fault_option(report, span->line, "far-end",
				    "span %s: far-end %s does not name it in turn; `far-end %s` "
				    "belongs there",
				    span->name, far_end->name, span->name);
	if (far_end->type != span->type)
		config_fault_option(
			report, span->line, "type",
			"span %s is %s, but its far-end %s is %s; both ends have one type",
			span->name, type_name(span->type), far_end->name, type_name(far_end->type));
	if (far_end->law != span->law)
		config_fault_option(
			report, span->line, "law",
			"span %s speaks %s, but its far-end %s %s; both ends have one law",
			span->name, law_name(span->law), far_end->name, law_name(far_end->law));
}

static void validate_nt(const struct config *config, const struct span_config *te,
			struct config_report *report)
{
	const struct span_config *nt =
		spans_config_find(config_get(config, &spans_section), te->far_end);

	if (!nt || strcmp(nt->driver, "sbus") != 0 || nt->far_end[0])
		config_fault_option(report, te->line, "far-end",
				    "span %s: %s is no NT; a span with `driver sbus` and no "
				    "far-end is one",
				    te->name, te->far_end);
	else if (nt->law != te->law)
		config_fault_option(report, te->line, "law",
				    "span %s speaks %s, but its NT %s %s; a bus has one law",
				    te->name, law_name(te->law), nt->name, law_name(nt->law));
}

/* A span of a bus: a TE if it has a far-end, else the NT. */
static void validate_sbus(const struct config *config, const struct span_config *span,
			  struct config_report *report)
{
	const struct spans_config *value = config_get(config, &spans_section);
	size_t before = 0; /* TEs of the same bus */

	if (span->type != SPAN_BRI)
		config_fault_option(report, span->line, "type",
				    "span %s is %s, but an S bus is of basic rate; `type bri` is "
				    "right",
				    span->name, type_name(span->type));
	if (span->dahdi.where != DAHDI_NOWHERE)
		config_fault_option(report, span->line, "dahdi",
				    "span %s is on a bus in memory, but says which of DAHDI's it "
				    "is; `driver dahdi` belongs there",
				    span->name);
	if (!span->far_end[0])
		return;
	validate_nt(config, span, report);
	for (const struct span_config *other = value->spans; other < span; other++)
		before += strcmp(other->driver, "sbus") == 0 &&
			  strcmp(other->far_end, span->far_end) == 0;
	if (before == SBUS_TES)
		config_fault(report, span->line,
			     "span %s is the ninth TE of %s; a bus has %d at most", span->name,
			     span->far_end, SBUS_TES);
}

/* A card's words are faults on any other span: they would do nothing. */
static void validate_virtual(const struct config *config, const struct span_config *span,
			     struct config_report *report)
{
	if (span->far_end[0])
		validate_far_end(config, span, report);
	else
		config_fault_option(report, span->line, "far-end",
				    "span %s has no far-end; a virtual span needs `far-end` "
				    "and the name of another",
				    span->name);
	if (span->dahdi.where != DAHDI_NOWHERE)
		config_fault_option(report, span->line, "dahdi",
				    "span %s is virtual, but says which of DAHDI's it is; "
				    "`driver dahdi` belongs there",
				    span->name);
}

static bool same_place(const struct dahdi_config *a, const struct dahdi_config *b)
{
	if (a->where != b->where || a->where == DAHDI_NOWHERE)
		return false;
	if (a->where == DAHDI_DYNAMIC)
		return strcmp(a->link, b->link) == 0 && strcmp(a->address, b->address) == 0;
	return a->number == b->number &&
	       (a->where == DAHDI_BY_NUMBER || strcmp(a->location, b->location) == 0);
}

static void validate_place(const struct spans_config *value, size_t i, struct config_report *report)
{
	const struct span_config *span = &value->spans[i];

	for (size_t k = 0; k < i; k++) {
		if (!same_place(&value->spans[k].dahdi, &span->dahdi))
			continue;
		config_fault_option(report, span->line, "dahdi",
				    "span %s: span %s is the same of DAHDI's already", span->name,
				    value->spans[k].name);
		return;
	}
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct spans_config *value = config_get(config, &spans_section);

	for (size_t i = 0; i < value->n; i++) {
		const struct span_config *span = &value->spans[i];

		if (!span->driver[0])
			config_fault_option(report, span->line, "driver",
					    "span %s has no driver; `driver virtual` needs no card",
					    span->name);
		if (strcmp(span->driver, "dahdi") == 0)
			dahdi_vty_validate(span, report);
		else if (strcmp(span->driver, "sbus") == 0)
			validate_sbus(config, span, report);
		else
			validate_virtual(config, span, report);
		validate_place(value, i, report);
	}
}

static bool same_card(const struct dahdi_config *a, const struct dahdi_config *b)
{
	return a->where == b->where && (a->where == DAHDI_NOWHERE || same_place(a, b)) &&
	       a->framing == b->framing && a->coding == b->coding && a->crc4 == b->crc4 &&
	       a->line_build_out == b->line_build_out && a->clock_priority == b->clock_priority &&
	       strcmp(a->tone_zone, b->tone_zone) == 0 && a->block == b->block &&
	       strcmp(a->echo_canceller, b->echo_canceller) == 0 && a->hardhdlc == b->hardhdlc &&
	       a->rx_gain == b->rx_gain && a->tx_gain == b->tx_gain &&
	       a->network_side == b->network_side && a->terminated == b->terminated;
}

bool span_config_same(const struct span_config *a, const struct span_config *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->driver, b->driver) == 0 &&
	       strcmp(a->far_end, b->far_end) == 0 && a->type == b->type && a->law == b->law &&
	       same_card(&a->dahdi, &b->dahdi);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct spans_config *value = section_value;

	for (size_t i = 0; i < value->n; i++) {
		const struct span_config *span = &value->spans[i];

		vty_out(vty, "\nspan %s\n", span->name);
		if (span->driver[0])
			vty_out(vty, " driver %s\n", span->driver);
		if (span->far_end[0])
			vty_out(vty, " far-end %s\n", span->far_end);
		vty_out(vty, " type %s\n", type_name(span->type));
		vty_out(vty, " law %s\n", law_name(span->law));
		dahdi_vty_write(span, vty);
	}
}

const struct config_section spans_section = {
	.size = sizeof(struct spans_config),
	.lists = &span_list,
	.n_lists = 1,
	.install = install,
	.validate = validate,
	.write = write_value,
};
