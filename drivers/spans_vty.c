/* The configuration of spans:
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

static void init_span(void *item)
{
	struct span_config *span = item;

	span->type = SPAN_E1;
	span->law = LAW_ALAW;
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

#define SPAN_STR "A bundle of timeslots: an E1 or T1\n"
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

DEFUN(span_driver, span_driver_cmd, "driver virtual",
      "What carries the span\n"
      "A cable in memory to another virtual span\n")
{
	struct span_config *item = vty->index;

	return config_set_text(vty, "driver", "virtual", item->driver, sizeof(item->driver));
}

DEFUN(span_far_end, span_far_end_cmd, "far-end NAME",
      "The span at the other end of a virtual cable\n" SPAN_NAME_STR)
{
	struct span_config *item = vty->index;

	return config_set_name(vty, "far-end", argv[0], item->far_end, sizeof(item->far_end));
}

DEFUN(span_type, span_type_cmd, "type (e1|t1)",
      "The kind of line\n"
      "2048 kbit/s, timeslots 1 to 31; the default\n"
      "1544 kbit/s, timeslots 1 to 24\n")
{
	struct span_config *item = vty->index;

	item->type = argv[0][0] == 'e' ? SPAN_E1 : SPAN_T1;
	if (!item->law_given)
		item->law = item->type == SPAN_E1 ? LAW_ALAW : LAW_MULAW;
	return CMD_SUCCESS;
}

DEFUN(span_law, span_law_cmd, "law (alaw|mulaw)",
      "G.711 law of the speech on the line\n"
      "A-law: the default of an E1\n"
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
}

static const char *type_name(enum span_type type)
{
	return type == SPAN_E1 ? "e1" : "t1";
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

static void validate(const struct config *config, struct config_report *report)
{
	const struct spans_config *value = config_get(config, &spans_section);

	for (size_t i = 0; i < value->n; i++) {
		const struct span_config *span = &value->spans[i];

		if (!span->driver[0])
			config_fault_option(report, span->line, "driver",
					    "span %s has no driver; `driver virtual` needs no card",
					    span->name);
		if (span->far_end[0])
			validate_far_end(config, span, report);
		else
			config_fault_option(
				report, span->line, "far-end",
				"span %s has no far-end; a virtual span needs `far-end` "
				"and the name of another",
				span->name);
	}
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
