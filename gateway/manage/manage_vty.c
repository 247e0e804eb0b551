/* The configuration of the CLI:
 *
 *   cli
 *    listen 127.0.0.1 4262 read-only
 *    socket /run/crosspoint/cli group operators
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

#define LISTEN_STR                                                                                 \
	"Where the CLI listens, telnet on TCP\n"                                                   \
	"A loopback address, 127.0.0.1 by default\n"
#define PORT_STR "Port, 4262 by default\n"

static int set_listen(struct vty *vty, const char *address, const char *port, bool looks)
{
	struct manage_config *value = config_candidate(&manage_section);

	if (config_set_address(vty, "listen", address, value->cli_address) != CMD_SUCCESS)
		return CMD_WARNING;
	value->cli_port = port ? atoi(port) : CLI_PORT;
	value->cli_looks = looks;
	return CMD_SUCCESS;
}

DEFUN(cli_listen, cli_listen_cmd, "listen ADDRESS [<1-65535>]", LISTEN_STR PORT_STR)
{
	return set_listen(vty, argv[0], argc > 1 ? argv[1] : NULL, false);
}

DEFUN(cli_listen_looks, cli_listen_looks_cmd, "listen ADDRESS <1-65535> read-only",
      LISTEN_STR PORT_STR "Sessions there may look at everything and change nothing\n")
{
	return set_listen(vty, argv[0], argv[1], true);
}

DEFUN(no_cli_listen, no_cli_listen_cmd, "no listen",
      NO_STR "Where the CLI listens, telnet on TCP\n")
{
	struct manage_config *value = config_candidate(&manage_section);

	value->cli_address[0] = '\0';
	value->cli_looks = false;
	return CMD_SUCCESS;
}

#define SOCKET_STR                                                                                 \
	"Where the CLI listens on a Unix socket: who may open the file may change all; none by "   \
	"default\n"

DEFUN(cli_socket, cli_socket_cmd, "socket PATH",
      SOCKET_STR "The file, as /run/crosspoint/cli; for us and root\n")
{
	struct manage_config *value = config_candidate(&manage_section);

	if (argv[0][0] != '/')
		return config_reject(vty, "socket %s is no whole path; /run/crosspoint/cli is one",
				     argv[0]);
	if (config_set_text(vty, "socket", argv[0], value->cli_socket, sizeof(value->cli_socket)) !=
	    CMD_SUCCESS)
		return CMD_WARNING;
	value->cli_group[0] = '\0';
	return argc > 1 ? config_set_name(vty, "group", argv[1], value->cli_group,
					  sizeof(value->cli_group))
			: CMD_SUCCESS;
}

ALIAS(cli_socket, cli_socket_group_cmd, "socket PATH group NAME",
      SOCKET_STR "The file, as /run/crosspoint/cli; for us and root\n"
		 "And for the members of a group\nIts name\n")

DEFUN(no_cli_socket, no_cli_socket_cmd, "no socket", NO_STR SOCKET_STR)
{
	struct manage_config *value = config_candidate(&manage_section);

	value->cli_socket[0] = value->cli_group[0] = '\0';
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_CLI, "%s(config-cli)# ", 1, .name = "cli" };

	install_element(CONFIG_NODE, &cli_cmd);
	install_node(&node, NULL);
	install_element(NODE_CLI, &cli_listen_cmd);
	install_element(NODE_CLI, &cli_listen_looks_cmd);
	install_element(NODE_CLI, &no_cli_listen_cmd);
	install_element(NODE_CLI, &cli_socket_cmd);
	install_element(NODE_CLI, &cli_socket_group_cmd);
	install_element(NODE_CLI, &no_cli_socket_cmd);
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct manage_config *value = config_get(config, &manage_section);
	const struct sip_config *sip = config_get(config, &sip_section);

	if (!*value->cli_address) {
		if (!*value->cli_socket)
			config_fault_option(report, value->line, "listen",
					    "cli listens nowhere: nobody could give commands any "
					    "more; `socket /run/crosspoint/cli` is right");
		return;
	}
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
	if (*value->cli_address)
		vty_out(vty, " listen %s %u%s\n", value->cli_address, value->cli_port,
			value->cli_looks ? " read-only" : "");
	else
		vty_out(vty, " no listen\n");
	if (*value->cli_socket)
		vty_out(vty, " socket %s%s%s\n", value->cli_socket,
			*value->cli_group ? " group " : "", value->cli_group);
}

const struct config_section manage_section = {
	.size = sizeof(struct manage_config),
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
