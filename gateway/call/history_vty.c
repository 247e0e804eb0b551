/* The configuration of what is kept of calls in memory:
 *
 *   history
 *    calls 1000
 *    messages 16
 *    hep 192.0.2.1 9060 agent 2001
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

DEFUN(history_hep, history_hep_cmd, "hep ADDRESS <1-65535> agent <1-4294967295>",
      "Messages of calls go to a capture server such as Homer, as HEP 3 over UDP; to none by "
      "default\n"
      "Its address\nIts port\n"
      "What this gateway is called there\nA number\n")
{
	struct history_config *value = config_candidate(&history_section);

	if (config_set_address(vty, "hep", argv[0], value->hep_address))
		return CMD_WARNING;
	value->hep_port = (unsigned)strtoul(argv[1], NULL, 10);
	value->hep_agent = (unsigned)strtoul(argv[2], NULL, 10);
	return CMD_SUCCESS;
}

DEFUN(history_no_hep, history_no_hep_cmd, "no hep", NO_STR "No messages go to a capture server\n")
{
	struct history_config *value = config_candidate(&history_section);

	value->hep_address[0] = '\0';
	value->hep_port = value->hep_agent = 0;
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
	install_element(NODE_HISTORY, &history_hep_cmd);
	install_element(NODE_HISTORY, &history_no_hep_cmd);
}

static void set_defaults(void *section_value)
{
	struct history_config *value = section_value;

	value->calls = HISTORY_CALLS;
	value->messages_mib = HISTORY_MIB;
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct history_config *value = config_get(config, &history_section);

	if (*value->hep_address && !value->messages_mib)
		config_fault_option(report, value->line, "hep",
				    "history hep sends what is kept, and messages is 0; 1 or "
				    "more is right");
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct history_config *value = section_value;

	if (value->calls == HISTORY_CALLS && value->messages_mib == HISTORY_MIB &&
	    !*value->hep_address)
		return;
	vty_out(vty, "\nhistory\n");
	if (value->calls != HISTORY_CALLS)
		vty_out(vty, " calls %u\n", value->calls);
	if (value->messages_mib != HISTORY_MIB)
		vty_out(vty, " messages %u\n", value->messages_mib);
	if (*value->hep_address)
		vty_out(vty, " hep %s %u agent %u\n", value->hep_address, value->hep_port,
			value->hep_agent);
}

const struct config_section history_section = {
	.size = sizeof(struct history_config),
	.init = set_defaults,
	.install = install,
	.validate = validate,
	.write = write_value,
};
