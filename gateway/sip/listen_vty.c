/* The sockets that SIP listens on:
 *
 *   sip
 *    listen 192.0.2.1 5060
 *    listen tls 192.0.2.1 5061
 *    listen udp 2001:db8::1 5060 name v6
 */
#include "sip/listen_vty.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "mg/mg_config.h"
#include "sip/sip_config.h"

static struct sip_config *edited(void)
{
	return config_candidate(&sip_section);
}

#define LISTEN_STR "Where SIP listens\n"
#define ADDRESS_STR "An address of this machine; 127.0.0.1 by default, on UDP and TCP\n"
#define PORT_STR "Port; by default 5060, 5061 of TLS\n"
#define TRANSPORT_STR "UDP alone\nTCP alone\nTLS (`tls certificate` says who we are)\n"
#define NAME_STR "A name, for `local` of peers\nSeveral sockets may have one name\n"

static int set_plain(struct vty *vty, const char *address, const char *port, const char *name)
{
	struct sip_config *value = edited();
	char text[sizeof(value->name)] = "";

	if (name && config_set_name(vty, "name", name, text, sizeof(text)) != CMD_SUCCESS)
		return CMD_WARNING;
	if (config_set_address(vty, "listen", address, value->address) != CMD_SUCCESS)
		return CMD_WARNING;
	osmo_strlcpy(value->name, text, sizeof(value->name));
	value->port = port ? (uint16_t)atoi(port) : transport_port(TRANSPORT_UDP);
	value->named_listens = true;
	return CMD_SUCCESS;
}

DEFUN(sip_listen, sip_listen_cmd, "listen ADDRESS [<1-65535>]", LISTEN_STR ADDRESS_STR PORT_STR)
{
	return set_plain(vty, argv[0], argc > 1 ? argv[1] : NULL, NULL);
}

DEFUN(sip_listen_name, sip_listen_name_cmd, "listen ADDRESS <1-65535> name NAME",
      LISTEN_STR ADDRESS_STR PORT_STR NAME_STR)
{
	return set_plain(vty, argv[0], argv[1], argv[2]);
}

static struct socket_config *find(struct sip_config *value, const struct socket_config *wanted)
{
	for (size_t i = 0; i < value->n_listens; i++) {
		struct socket_config *s = &value->listens[i];

		if (s->transport == wanted->transport && s->port == wanted->port &&
		    strcmp(s->address, wanted->address) == 0)
			return s;
	}
	return NULL;
}

static int parse(struct vty *vty, const char **argv, int argc, struct socket_config *out)
{
	*out = (struct socket_config){ .line = config_line() };
	transport_parse(argv[0], &out->transport);
	if (config_set_address(vty, "listen", argv[1], out->address) != CMD_SUCCESS)
		return CMD_WARNING;
	out->port = argc > 2 ? (uint16_t)atoi(argv[2]) : transport_port(out->transport);
	if (argc > 3)
		return config_set_name(vty, "name", argv[3], out->name, sizeof(out->name));
	return CMD_SUCCESS;
}

static int add(struct vty *vty, const char **argv, int argc)
{
	struct sip_config *value = edited();
	struct socket_config wanted, *there;

	if (parse(vty, argv, argc, &wanted) != CMD_SUCCESS)
		return CMD_WARNING;
	there = find(value, &wanted);
	if (!there && value->n_listens == SOCKETS_MAX - 2)
		return config_reject(vty, "too many of listen; at most %d", SOCKETS_MAX - 2);
	if (!value->named_listens)
		value->address[0] = '\0';
	value->named_listens = true;
	*(there ? there : &value->listens[value->n_listens++]) = wanted;
	return CMD_SUCCESS;
}

DEFUN(sip_listen_on, sip_listen_on_cmd, "listen (udp|tcp|tls) ADDRESS [<1-65535>]",
      LISTEN_STR TRANSPORT_STR ADDRESS_STR PORT_STR)
{
	return add(vty, argv, argc);
}

DEFUN(sip_listen_on_name, sip_listen_on_name_cmd,
      "listen (udp|tcp|tls) ADDRESS <1-65535> name NAME",
      LISTEN_STR TRANSPORT_STR ADDRESS_STR PORT_STR NAME_STR)
{
	return add(vty, argv, argc);
}

DEFUN_ATTR(no_sip_listen, no_sip_listen_cmd, "no listen", NO_STR LISTEN_STR, CONFIG_TERMINAL_ONLY)
{
	edited()->address[0] = '\0';
	edited()->named_listens = true;
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_sip_listen_on, no_sip_listen_on_cmd, "no listen (udp|tcp|tls) ADDRESS [<1-65535>]",
	   NO_STR LISTEN_STR TRANSPORT_STR ADDRESS_STR PORT_STR, CONFIG_TERMINAL_ONLY)
{
	struct sip_config *value = edited();
	struct socket_config wanted, *there;

	if (parse(vty, argv, argc, &wanted) != CMD_SUCCESS)
		return CMD_WARNING;
	there = find(value, &wanted);
	if (!there)
		return config_reject(vty, "sip does not listen there");
	*there = value->listens[--value->n_listens];
	return CMD_SUCCESS;
}

void listen_vty_install(void)
{
	install_element(NODE_SIP, &sip_listen_cmd);
	install_element(NODE_SIP, &sip_listen_name_cmd);
	install_element(NODE_SIP, &sip_listen_on_cmd);
	install_element(NODE_SIP, &sip_listen_on_name_cmd);
	install_element(NODE_SIP, &no_sip_listen_cmd);
	install_element(NODE_SIP, &no_sip_listen_on_cmd);
}

static bool is_wildcard(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static void validate_one(const struct config *config, const char *address, unsigned port, int line,
			 struct config_report *report)
{
	const struct mg_config *media = config_get(config, &media_section);

	if (is_wildcard(address))
		config_fault_option(report, line, "listen",
				    "sip listens on %s, which peers cannot be told as our address; "
				    "one address of this machine is right",
				    address);
	if (media && port >= media->port_first && port <= media->port_last)
		config_fault_option(report, line, "listen",
				    "sip listens on port %u, which is among the media ports %u to "
				    "%u; take another for one of them",
				    port, media->port_first, media->port_last);
}

void listen_vty_validate(const struct config *config, struct config_report *report)
{
	const struct sip_config *value = config_get(config, &sip_section);

	if (value->address[0])
		validate_one(config, value->address, value->port, value->line, report);
	else if (!value->n_listens)
		config_fault_option(report, value->line, "listen",
				    "sip listens nowhere; `listen` and an address of this machine "
				    "is right");
	for (size_t i = 0; i < value->n_listens; i++) {
		const struct socket_config *s = &value->listens[i];

		validate_one(config, s->address, s->port, s->line ? s->line : value->line, report);
	}
}

void listen_vty_write(const struct sip_config *value, struct vty *vty)
{
	if (value->address[0] && value->name[0])
		vty_out(vty, " listen %s %u name %s\n", value->address, value->port, value->name);
	else if (value->address[0])
		vty_out(vty, " listen %s %u\n", value->address, value->port);
	for (size_t i = 0; i < value->n_listens; i++) {
		const struct socket_config *s = &value->listens[i];

		vty_out(vty, " listen %s %s %u", transport_name(s->transport), s->address, s->port);
		if (s->name[0])
			vty_out(vty, " name %s", s->name);
		vty_out(vty, "\n");
	}
}
