/* How messages travel to a peer:
 *
 *   peer provider
 *    transport tcp
 *    local wan
 */
#include "sip/path_vty.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "sip/peer/hops.h"
#include "sip/sip_config.h"

static struct path_config *edited(struct vty *vty)
{
	return &((struct peer_config *)vty->index)->path;
}

/* RFC 1123 2.1: of letters, digits and -, in labels between dots; the last one has a letter, or it would be an address. */
static bool is_host_name(const char *text)
{
	const char *last = strrchr(text, '.');
	char before = '.';

	for (const char *p = text; *p; before = *p++) {
		if (!isalnum((unsigned char)*p) && (!strchr("-.", *p) || before == '.'))
			return false;
	}
	return before != '.' && isalpha((unsigned char)(last ? last[1] : text[0]));
}

int path_vty_set_host(struct vty *vty, const char *option, const char *text, char *to)
{
	if (!is_host_name(text)) /* says what would be right */
		return strspn(text, "0123456789.") == strlen(text) || strchr(text, ':')
			       ? config_set_address(vty, option, text, to)
			       : config_reject(vty,
					       "%s \"%s\" is no host name and no address; as "
					       "pbx.example.com, or 192.0.2.1",
					       option, text);
	return config_set_text(vty, option, text, to, HOP_HOST_MAX);
}

unsigned path_vty_port(const struct peer_config *peer)
{
	return peer->port ? peer->port : transport_port(peer->path.transport);
}

DEFUN(peer_transport, peer_transport_cmd, "transport (auto|udp|tcp|tls)",
      "How our requests travel to it\n"
      "As the DNS says of its name (RFC 3263), else UDP; the default\n"
      "UDP. Requests over 1300 octets go by TCP if it takes that\n"
      "TCP\n"
      "TLS\n")
{
	struct path_config *path = edited(vty);

	path->any_transport = !transport_parse(argv[0], &path->transport);
	if (path->any_transport)
		path->transport = TRANSPORT_UDP;
	return CMD_SUCCESS;
}

#define PROXY_STR "Our requests go there, whatever they ask for; by default to its address\n"

DEFUN(peer_proxy, peer_proxy_cmd, "proxy HOST [<1-65535>]",
      PROXY_STR "Host name or address\n"
		"Port; as for `port` by default\n")
{
	struct path_config *path = edited(vty);

	path->proxy_port = argc > 1 ? (uint16_t)atoi(argv[1]) : 0;
	return path_vty_set_host(vty, "proxy", argv[0], path->proxy);
}

DEFUN(no_peer_proxy, no_peer_proxy_cmd, "no proxy", NO_STR PROXY_STR)
{
	edited(vty)->proxy[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(peer_failover, peer_failover_cmd, "failover <1-32>",
      "Where its name leads to several places: how long one may be silent before the next is "
      "tried\n"
      "Seconds; 4 by default\n")
{
	edited(vty)->failover_s = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

#define KEEPALIVE_STR                                                                              \
	"Pings that keep the way to it open (RFC 5626 4.4), on TCP, TLS and UDP; by default "      \
	"none\n"

DEFUN(peer_keepalive, peer_keepalive_cmd, "keepalive <1-3600>",
      KEEPALIVE_STR "Seconds between them at most; 120 suits connections, 29 UDP behind a NAT\n")
{
	edited(vty)->keepalive_s = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_peer_keepalive, no_peer_keepalive_cmd, "no keepalive", NO_STR KEEPALIVE_STR)
{
	edited(vty)->keepalive_s = 0;
	return CMD_SUCCESS;
}

#define LARGE_STR                                                                                  \
	"Requests over 1300 octets go by TCP if it takes that (RFC 3261 18.1.1); the default\n"

DEFUN(peer_large, peer_large_cmd, "large-by-tcp", LARGE_STR)
{
	edited(vty)->only_udp = false;
	return CMD_SUCCESS;
}

DEFUN(no_peer_large, no_peer_large_cmd, "no large-by-tcp", NO_STR LARGE_STR)
{
	edited(vty)->only_udp = true;
	return CMD_SUCCESS;
}

#define LOCAL_STR "The socket that our requests leave from, and so our address to it\n"

DEFUN(peer_local, peer_local_cmd, "local NAME",
      LOCAL_STR "Name given to it by `listen`; by default the first that fits\n")
{
	struct path_config *path = edited(vty);

	return config_set_name(vty, "local", argv[0], path->local, sizeof(path->local));
}

DEFUN(no_peer_local, no_peer_local_cmd, "no local", NO_STR LOCAL_STR)
{
	edited(vty)->local[0] = '\0';
	return CMD_SUCCESS;
}

#define CERTIFICATE_NAME_STR "Name that its certificate must have (TLS); by default its address\n"

DEFUN(peer_certificate, peer_certificate_cmd, "certificate-name NAME",
      CERTIFICATE_NAME_STR "Host name or address, in its subjectAltName\n")
{
	struct path_config *path = edited(vty);

	return config_set_text(vty, "certificate-name", argv[0], path->certificate_name,
			       sizeof(path->certificate_name));
}

DEFUN(no_peer_certificate, no_peer_certificate_cmd, "no certificate-name",
      NO_STR CERTIFICATE_NAME_STR)
{
	edited(vty)->certificate_name[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(peer_known_by, peer_known_by_cmd, "known-by (address|certificate)",
      "What tells that a request is its own\n"
      "The address that it comes from; the default\n"
      "The certificate that its sender showed (TLS): `certificate-name` is in it\n")
{
	edited(vty)->by_certificate = argv[0][0] == 'c';
	return CMD_SUCCESS;
}

void path_vty_install(void)
{
	install_element(NODE_PEER, &peer_certificate_cmd);
	install_element(NODE_PEER, &no_peer_certificate_cmd);
	install_element(NODE_PEER, &peer_known_by_cmd);
	install_element(NODE_PEER, &peer_transport_cmd);
	install_element(NODE_PEER, &peer_proxy_cmd);
	install_element(NODE_PEER, &no_peer_proxy_cmd);
	install_element(NODE_PEER, &peer_failover_cmd);
	install_element(NODE_PEER, &peer_keepalive_cmd);
	install_element(NODE_PEER, &no_peer_keepalive_cmd);
	install_element(NODE_PEER, &peer_large_cmd);
	install_element(NODE_PEER, &no_peer_large_cmd);
	install_element(NODE_PEER, &peer_local_cmd);
	install_element(NODE_PEER, &no_peer_local_cmd);
}

static bool is_ipv6(const char *address)
{
	return strchr(address, ':');
}

/* Where requests go first, if that is an address; "" of a name, whose family nobody knows yet. */
static const char *next_address(const struct peer_config *peer)
{
	const char *host = peer->path.proxy[0] ? peer->path.proxy : peer->address;

	return is_host_name(host) ? "" : host;
}

static bool fits(const struct peer_config *peer, enum transport transport, const char *address)
{
	const char *there = next_address(peer);

	if (!*there)
		return peer->path.any_transport || transport == peer->path.transport;
	return transport == peer->path.transport && is_ipv6(address) == is_ipv6(there);
}

/* Is there a socket of the name (NULL: any), of the peer's transport and family? */
static bool has_socket(const struct sip_config *value, const struct peer_config *peer,
		       const char *name)
{
	if (value->address[0] && (!name || strcmp(name, value->name) == 0) &&
	    (fits(peer, TRANSPORT_UDP, value->address) ||
	     fits(peer, TRANSPORT_TCP, value->address)))
		return true;
	for (size_t i = 0; i < value->n_listens; i++) {
		const struct socket_config *s = &value->listens[i];

		if (fits(peer, s->transport, s->address) && (!name || strcmp(name, s->name) == 0))
			return true;
	}
	return false;
}

static void fault_family(const struct sip_config *value, const struct peer_config *peer,
			 struct config_report *report)
{
	if (!value->n_listens)
		config_fault_option(
			report, peer->line, "address",
			"peer %s: %s cannot be reached from %s, where sip listens; both "
			"are IPv4 or both IPv6",
			peer->name, peer->address, value->address);
	else
		config_fault_option(report, peer->line, "address",
				    "peer %s: sip listens on no %s of %s; a `listen` of that kind "
				    "is needed",
				    peer->name, transport_name(peer->path.transport),
				    is_ipv6(peer->address) ? "IPv6" : "IPv4");
}

static void validate_certificate(const struct sip_config *value, const struct peer_config *peer,
				 struct config_report *report)
{
	if (!peer->path.by_certificate)
		return;
	if (!peer->path.certificate_name[0])
		config_fault_option(
			report, peer->line, "known-by",
			"peer %s is known by its certificate, of which no name is said; "
			"`certificate-name` and the name in it is right",
			peer->name);
	else if (value->tls.verify == TLS_VERIFY_NONE)
		config_fault_option(
			report, peer->line, "known-by",
			"peer %s is known by its certificate, and sip asks for none; `tls "
			"verify optional` or `required` in sip is right",
			peer->name);
}

void path_vty_validate(const struct sip_config *value, const struct peer_config *peer,
		       struct config_report *report)
{
	const char *local = peer->path.local;
	const char *transport = transport_name(peer->path.transport);

	validate_certificate(value, peer, report);
	if (peer->path.transport == TRANSPORT_TLS && !has_socket(value, peer, NULL))
		config_fault_option(report, peer->line, "transport",
				    "peer %s: transport tls needs a socket to leave from; `listen "
				    "tls` in sip is right",
				    peer->name);
	else if (!has_socket(value, peer, NULL))
		fault_family(value, peer, report);
	else if (*local && !has_socket(value, peer, local))
		config_fault_option(report, peer->line, "local",
				    "peer %s: no socket named %s is of %s and of the family of %s; "
				    "`listen %s ADDRESS PORT name %s` in sip makes one",
				    peer->name, local, transport, peer->address, transport, local);
}

void path_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct path_config *path = &peer->path;

	if (!path->any_transport)
		vty_out(vty, " transport %s\n", transport_name(path->transport));
	if (path->proxy[0] && path->proxy_port)
		vty_out(vty, " proxy %s %u\n", path->proxy, path->proxy_port);
	else if (path->proxy[0])
		vty_out(vty, " proxy %s\n", path->proxy);
	if (path->failover_s && path->failover_s != HOP_FAILOVER_S)
		vty_out(vty, " failover %u\n", path->failover_s);
	if (path->keepalive_s)
		vty_out(vty, " keepalive %u\n", path->keepalive_s);
	if (path->local[0])
		vty_out(vty, " local %s\n", path->local);
	if (path->certificate_name[0])
		vty_out(vty, " certificate-name %s\n", path->certificate_name);
	if (path->by_certificate)
		vty_out(vty, " known-by certificate\n");
	if (path->only_udp)
		vty_out(vty, " no large-by-tcp\n");
}
