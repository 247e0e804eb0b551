/* The configuration of the CLI:
 *
 *   cli
 *    listen 127.0.0.1 4262
 */
#include "manage/manage_config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "sip/sip_config.h"

enum { CLI_PORT = 4262 };

static void init_value(void *section_value)
{
	struct manage_config *value = section_value;

	strcpy(value->cli_address, "127.0.0.1");
	value->cli_port = CLI_PORT;
}

DEFUN(cli, cli_cmd, "cli", "The command line interface\n")
{
	struct manage_config *value = config_candidate(&manage_section);

	return config_section_enter(vty, NODE_CLI, &value->line);
}

DEFUN(cli_listen, cli_listen_cmd, "listen ADDRESS [<1-65535>]",
      "Where the CLI listens, telnet on TCP\n"
      "A loopback address, 127.0.0.1 by default\n"
      "Port, 4262 by default\n")
{
	struct manage_config *value = config_candidate(&manage_section);

	if (config_set_address(vty, "listen", argv[0], value->cli_address) != CMD_SUCCESS)
		return CMD_WARNING;
	value->cli_port = argc > 1 ? atoi(argv[1]) : CLI_PORT;
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_CLI, "%s(config-cli)# ", 1, .name = "cli" };

	install_element(CONFIG_NODE, &cli_cmd);
	install_node(&node, NULL);
	install_element(NODE_CLI, &cli_listen_cmd);
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct manage_config *value = config_get(config, &manage_section);
	const struct sip_config *sip = config_get(config, &sip_section);

	if (!is_loopback(value->cli_address))
		config_fault_option(
			report, value->line, "listen",
			"cli listens on %s, where anyone could give commands: there is no "
			"password; a loopback address is right, as 127.0.0.1",
			value->cli_address);
	if (sip && sip->port == value->cli_port && strcmp(sip->address, value->cli_address) == 0)
		config_fault_option(
			report, value->line, "listen",
			"cli listens on %s port %u as sip does; give it a port of its own",
			value->cli_address, value->cli_port);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct manage_config *value = section_value;

	vty_out(vty, "cli\n");
	vty_out(vty, " listen %s %u\n", value->cli_address, value->cli_port);
}

const struct config_section manage_section = {
	.size = sizeof(struct manage_config),
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
