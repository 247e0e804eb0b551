/* The commands of a test line's node:
 *
 *   line busy
 *    reject 17 tone busy
 *    answer-after 500
 */
#include "call/line_vty.h"

#include <stdlib.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/route_config.h"
#include "codecs/dsp/tone.h"

enum { LINE_UNSET = -1 };

void line_vty_init(void *item)
{
	struct line_config *line = item;

	line->kind = (enum line_kind)LINE_UNSET;
}

/* Makes the line one of a kind; only answer-after outlives that. */
static struct line_config *set_kind(struct vty *vty, enum line_kind kind)
{
	struct line_config *item = vty->index;

	item->kind = kind;
	item->tone = TONE_NONE;
	item->cause = 0;
	item->clear_ms = 0;
	return item;
}

/* TONE_NONE after a complaint that lists the tones. */
static enum tone_id parse_tone(struct vty *vty, const char *name)
{
	enum tone_id tone = tone_by_name(name);
	char *names;

	if (tone != TONE_NONE)
		return tone;
	names = talloc_strdup(vty, "");
	for (int i = TONE_NONE + 1; i < TONE_COUNT; i++)
		names = config_join(names, "%s", tone_name(i));
	config_reject(vty, "tone \"%s\" is unknown; tones are: %s", name,
		      names ? names : "out of memory");
	talloc_free(names);
	return TONE_NONE;
}

#define TONE_STR "Plays a tone\ndial, ringback, busy, congestion, sit or milliwatt\n"
#define CAUSE_STR "Q.850 cause\n"
#define REJECT_STR "Refuses the call, with DISCONNECT\n" CAUSE_STR
#define AFTER_STR "Releases after\nms\n"

DEFUN(line_echo, line_echo_cmd, "echo", "Answers and says back what it hears\n")
{
	set_kind(vty, LINE_ECHO);
	return CMD_SUCCESS;
}

DEFUN(line_tone, line_tone_cmd, "tone TONE", TONE_STR)
{
	enum tone_id tone = parse_tone(vty, argv[0]);

	if (tone == TONE_NONE)
		return CMD_WARNING;
	set_kind(vty, LINE_TONE)->tone = tone;
	return CMD_SUCCESS;
}

DEFUN(line_quiet, line_quiet_cmd, "quiet", "Answers and stays silent\n")
{
	set_kind(vty, LINE_QUIET);
	return CMD_SUCCESS;
}

DEFUN(line_reject, line_reject_cmd, "reject <1-127>", REJECT_STR)
{
	set_kind(vty, LINE_REJECT)->cause = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(line_reject_tone, line_reject_tone_cmd, "reject <1-127> tone TONE", REJECT_STR TONE_STR)
{
	enum tone_id tone = parse_tone(vty, argv[1]);
	struct line_config *item;

	if (tone == TONE_NONE)
		return CMD_WARNING;
	item = set_kind(vty, LINE_REJECT);
	item->cause = atoi(argv[0]);
	item->tone = tone;
	if (argc > 2)
		item->clear_ms = atoi(argv[2]);
	return CMD_SUCCESS;
}

ALIAS(line_reject_tone, line_reject_tone_after_cmd, "reject <1-127> tone TONE after <100-600000>",
      REJECT_STR TONE_STR AFTER_STR)

DEFUN(line_ring, line_ring_cmd, "ring", "Rings and never answers\n")
{
	set_kind(vty, LINE_RING);
	return CMD_SUCCESS;
}

DEFUN(line_clear, line_clear_cmd, "clear <1-127> after <0-600000>",
      "Answers, then clears\n" CAUSE_STR AFTER_STR)
{
	struct line_config *item = set_kind(vty, LINE_CLEAR);

	item->cause = atoi(argv[0]);
	item->clear_ms = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(line_readback, line_readback_cmd, "readback",
      "Answers and says the digits back that it hears\n")
{
	set_kind(vty, LINE_READBACK);
	return CMD_SUCCESS;
}

DEFUN(line_answer_after, line_answer_after_cmd, "answer-after <0-600000>",
      "Rings so long before it answers or refuses\n"
      "ms; 0 by default\n")
{
	struct line_config *item = vty->index;

	item->answer_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

void line_vty_install(void)
{
	static struct cmd_node node = { NODE_LINE, "%s(config-line)# ", 1, .name = "line" };

	install_node(&node, NULL);
	install_element(NODE_LINE, &line_echo_cmd);
	install_element(NODE_LINE, &line_tone_cmd);
	install_element(NODE_LINE, &line_quiet_cmd);
	install_element(NODE_LINE, &line_reject_cmd);
	install_element(NODE_LINE, &line_reject_tone_cmd);
	install_element(NODE_LINE, &line_reject_tone_after_cmd);
	install_element(NODE_LINE, &line_ring_cmd);
	install_element(NODE_LINE, &line_clear_cmd);
	install_element(NODE_LINE, &line_readback_cmd);
	install_element(NODE_LINE, &line_answer_after_cmd);
}

void line_vty_validate(const struct line_config *line, struct config_report *report)
{
	if ((int)line->kind == LINE_UNSET)
		config_fault_option(report, line->line, NULL,
				    "line %s does nothing; it needs one of: echo, tone, quiet, "
				    "reject, ring, clear, readback",
				    line->name);
}

void line_vty_write(const struct line_config *line, struct vty *vty)
{
	vty_out(vty, "\nline %s\n", line->name);
	switch (line->kind) {
	case LINE_ECHO:
		vty_out(vty, " echo\n");
		break;
	case LINE_TONE:
		vty_out(vty, " tone %s\n", tone_name(line->tone));
		break;
	case LINE_QUIET:
		vty_out(vty, " quiet\n");
		break;
	case LINE_REJECT:
		vty_out(vty, " reject %u", line->cause);
		if (line->tone != TONE_NONE)
			vty_out(vty, " tone %s", tone_name(line->tone));
		if (line->clear_ms)
			vty_out(vty, " after %u", line->clear_ms);
		vty_out(vty, "\n");
		break;
	case LINE_RING:
		vty_out(vty, " ring\n");
		break;
	case LINE_CLEAR:
		vty_out(vty, " clear %u after %u\n", line->cause, line->clear_ms);
		break;
	case LINE_READBACK:
		vty_out(vty, " readback\n");
		break;
	}
	if (line->answer_ms)
		vty_out(vty, " answer-after %u\n", line->answer_ms);
}
