/* The configuration of what is kept of calls in memory:
 *
 *   history
 *    calls 1000
 *    messages 16
 */
#include "call/history_config.h"

#include <stdlib.h>

#include "base/config_vty.h"

DEFUN(history, history_cmd, "history", "What is kept of calls in memory: their time lines\n")
{
	struct history_config *value = config_candidate(&history_section);

	return config_section_enter(vty, NODE_HISTORY, &value->line);
}

DEFUN(history_calls, history_calls_cmd, "calls <0-100000>",
      "Calls that have ended and keep their time line, for `show call` and `why`\n"
      "So many; the oldest make room; 1000 by default\n")
{
	struct history_config *value = config_candidate(&history_section);

	value->calls = (unsigned)strtoul(argv[0], NULL, 10);
	return CMD_SUCCESS;
}

DEFUN(history_messages, history_messages_cmd, "messages <0-1024>",
      "Memory for the octets of signalling messages, of all calls, for captures\n"
      "MiB; the oldest make room; 16 by default, 0: none are kept\n")
{
	struct history_config *value = config_candidate(&history_section);

	value->messages_mib = (unsigned)strtoul(argv[0], NULL, 10);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_HISTORY, "%s(config-history)# ", 1,
					.name = "history" };

	install_element(CONFIG_NODE, &history_cmd);
	install_node(&node, NULL);
	install_element(NODE_HISTORY, &history_calls_cmd);
	install_element(NODE_HISTORY, &history_messages_cmd);
}

static void set_defaults(void *section_value)
{
	struct history_config *value = section_value;

	value->calls = HISTORY_CALLS;
	value->messages_mib = HISTORY_MIB;
}

/* Its commands take no value that would be wrong. */
static void validate(const struct config *config, struct config_report *report)
{
	(void)config, (void)report;
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct history_config *value = section_value;

	if (value->calls == HISTORY_CALLS && value->messages_mib == HISTORY_MIB)
		return;
	vty_out(vty, "\nhistory\n");
	if (value->calls != HISTORY_CALLS)
		vty_out(vty, " calls %u\n", value->calls);
	if (value->messages_mib != HISTORY_MIB)
		vty_out(vty, " messages %u\n", value->messages_mib);
}

const struct config_section history_section = {
	.size = sizeof(struct history_config),
	.init = set_defaults,
	.install = install,
	.validate = validate,
	.write = write_value,
};
