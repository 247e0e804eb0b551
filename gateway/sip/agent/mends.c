/* What is mended | what Sofia-SIP does without it | what fails then
 *
 * tport_tcp_init_secondary, tport_zap_secondary | connections are without number, and nobody is told of them
 *	| test_transport one_host_has_so_many_connections, connection_that_says_nothing_whole_is_closed
 * msg_next | a message right behind another one has no limit of size, and its Content-Length says where is written
 *	| test_transport message_behind_another_is_bounded_too (TCP), test_tls.py test_message_behind_another_is_bounded (TLS)
 * tport_bind_socket | the socket that it bound is not shown, and can be neither written to nor taken away
 *	| test_transport socket_taken_away_is_free_and_used_no_more, way_to_a_peer_of_udp_is_kept_open
 * tport_primary_by_name | what goes to "[::1]" leaves from a socket of IPv4, and fails
 *	| test_dns.py test_name_leads_to_ipv6
 *	and what is sent by any socket leaves from one that is kept for old calls | test_leaving new_calls_go_by_the_new_socket
 * sres_resolver_create | nta resolves names by a resolver of its own, of /etc/resolv.conf: it gets none, and sends to addresses alone
 *	| test_way nothing_is_left_to_sofias_resolver
 * tport_deliver, tport_send_msg, tport_log_msg | messages are shown to its own log alone, as lines of text
 *	| test_timeline.py, all of it
 * nta_msg_ackbye | a 2xx of a fork that came too late is acknowledged and ended by names: it goes to where the 2xx came from
 *	| test_way late_fork_is_cleared_where_it_spoke
 * tls_init_secondary | no SNI, no certificates that change, no names checked, no minimum version, one reference too few of each
 *	BIO and context | test_tls.py, all of it
 * tls_free | an SSL is never freed | test_tls.py test_handshakes_leave_nothing_behind
 * tls_connect, tls_read, tls_write, tls_want_read | an error that another connection left in OpenSSL's queue ends this one
 *	| test_tls.py test_handshakes_leave_nothing_behind
 * tls_read_buffer | a ping over TLS gets no pong (RFC 5626 4.4.1) | test_tls.py test_server_shows_the_certificate_of_the_name_asked_for
 * SSL_get1_peer_certificate (OpenSSL's) | each name in a certificate is leaked after a handshake
 *	| test_tls.py test_handshakes_leave_nothing_behind, on the program with AddressSanitizer
 *
 * Mended where it is used: a slow reader that ends the program by an assertion (tls_output.c); what it answers before anybody
 * is asked (screen.c, start_line.c); sockets that close all or none, comments in Via (sockets.c); descriptions that it
 * refuses, or never ends to read (offer_lines.c). */
#include "sip/agent/mends.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sresolv.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport.h>

#include "base/log.h"
#include "sip/agent/connections.h"
#include "sip/agent/sockets.h"
#include "sip/agent/tap.h"
#include "sip/agent/tls_conn.h"
#include "sip/text/netaddr.h"

/* Those of its functions that are in no header of its own. */
int tport_tcp_init_secondary(tport_t *self, int socket, int accepted, char const **reason);
void tport_zap_secondary(tport_t *self);
int tport_bind_socket(int socket, su_addrinfo_t *ai, char const **return_culprit);
struct sigcomp_compartment;
struct tport_compressor;
void tport_deliver(tport_t *self, msg_t *msg, msg_t *next, struct tport_compressor *comp,
		   su_time_t now);
int tport_send_msg(tport_t *self, msg_t *msg, tp_name_t const *tpn, struct sigcomp_compartment *cc);
void tport_log_msg(tport_t *self, msg_t *msg, char const *what, char const *via, su_time_t now);
int nta_msg_ackbye(nta_agent_t *agent, msg_t *msg);
struct tls_s *tls_init_secondary(struct tls_s *master, int fd, int accept);
void tls_free(struct tls_s *tls);
int tls_connect(su_root_magic_t *magic, su_wait_t *w, tport_t *self);
ssize_t tls_read(struct tls_s *tls);
ssize_t tls_write(struct tls_s *tls, void *data, size_t size);
int tls_want_read(struct tls_s *tls, int events);
void *tls_read_buffer(struct tls_s *tls, size_t n);

/* Its own. */
static struct {
	int (*tport_tcp_init_secondary)(tport_t *, int, int, char const **);
	void (*tport_zap_secondary)(tport_t *);
	msg_t *(*msg_next)(msg_t *);
	int (*tport_bind_socket)(int, su_addrinfo_t *, char const **);
	tport_t *(*tport_primary_by_name)(tport_t const *, tp_name_t const *);
	sres_resolver_t *(*sres_resolver_create)(su_root_t *, char const *, tag_type_t, tag_value_t,
						 ...);
	void (*tport_deliver)(tport_t *, msg_t *, msg_t *, struct tport_compressor *, su_time_t);
	int (*tport_send_msg)(tport_t *, msg_t *, tp_name_t const *, struct sigcomp_compartment *);
	void (*tport_log_msg)(tport_t *, msg_t *, char const *, char const *, su_time_t);
	int (*nta_msg_ackbye)(nta_agent_t *, msg_t *);
	struct tls_s *(*tls_init_secondary)(struct tls_s *, int, int);
	void (*tls_free)(struct tls_s *);
	int (*tls_connect)(su_root_magic_t *, su_wait_t *, tport_t *);
	ssize_t (*tls_read)(struct tls_s *);
	ssize_t (*tls_write)(struct tls_s *, void *, size_t);
	int (*tls_want_read)(struct tls_s *, int);
	void *(*tls_read_buffer)(struct tls_s *, size_t);
} real;

#define MEND(function)                                                                             \
	{                                                                                          \
#function, (void *)(function), (void **)&real.function                             \
	}

bool mends_install(void)
{
	const struct {
		const char *name;
		void *ours, **theirs;
	} mends[] = {
		MEND(tport_tcp_init_secondary),
		MEND(tport_zap_secondary),
		MEND(msg_next),
		MEND(tport_bind_socket),
		MEND(tport_primary_by_name),
		MEND(sres_resolver_create),
		MEND(tport_deliver),
		MEND(tport_send_msg),
		MEND(tport_log_msg),
		MEND(nta_msg_ackbye),
		MEND(tls_init_secondary),
		MEND(tls_free),
		MEND(tls_connect),
		MEND(tls_read),
		MEND(tls_write),
		MEND(tls_want_read),
		MEND(tls_read_buffer),
	};

	for (size_t i = 0; i < sizeof(mends) / sizeof(mends[0]); i++) {
		*mends[i].theirs = dlsym(RTLD_NEXT, mends[i].name);
		if (!*mends[i].theirs || dlsym(RTLD_DEFAULT, mends[i].name) != mends[i].ours) {
			LOGP(DSIP, LOGL_ERROR, "Sofia-SIP: %s() cannot be mended\n", mends[i].name);
			return false;
		}
	}
	return true;
}

/* Connections and sockets */

int tport_tcp_init_secondary(tport_t *self, int socket, int accepted, char const **reason)
{
	if (!connections_begin(self, socket, accepted)) {
		*reason = "too many connections";
		errno = EMFILE;
		return -1;
	}
	return real.tport_tcp_init_secondary(self, socket, accepted, reason);
}

void tport_zap_secondary(tport_t *self)
{
	connections_end(self);
	real.tport_zap_secondary(self);
}

int tport_bind_socket(int socket, su_addrinfo_t *ai, char const **return_culprit)
{
	sockets_bound(socket);
	return real.tport_bind_socket(socket, ai, return_culprit);
}

static bool is_any(const char *word)
{
	return !word || strcmp(word, "*") == 0;
}

/* Is it of the protocol and the family that the message goes by? */
static bool carries(const tport_t *tp, const tp_name_t *name)
{
	struct sockaddr_storage there;

	if (!is_any(name->tpn_proto) && strcasecmp(name->tpn_proto, tport_name(tp)->tpn_proto) != 0)
		return false;
	if (!name->tpn_host || !netaddr_parse(name->tpn_host, 0, &there))
		return true;
	return there.ss_family == AF_INET6 ? tport_has_ip6(tp) : tport_has_ip4(tp);
}

/* The socket that a message leaves from; one that is kept for old calls only when it is named. The family of an address of IPv6 is known when it is written without its brackets. */
tport_t *tport_primary_by_name(tport_t const *tp, tp_name_t const *tpn)
{
	const char *host = tpn->tpn_host;
	char bare[NETADDR_TEXT_MAX];
	tp_name_t name = *tpn;

	if (host && *host == '[') {
		snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(host + 1, "]"), host + 1);
		name.tpn_host = bare;
	}
	tport_t *found = real.tport_primary_by_name(tp, &name);

	if (is_any(name.tpn_ident))
		while (found && (sockets_leaves(found) || !carries(found, &name)))
			found = tport_next(found);
	/* cppcheck-suppress returnDanglingLifetime; what it returns is Sofia-SIP's */
	return found;
}

/* Messages */

msg_t *msg_next(msg_t *msg)
{
	msg_t *next = real.msg_next(msg);

	if (next)
		msg_maxsize(next, AGENT_MESSAGE_MAX);
	return next;
}

void tport_deliver(tport_t *self, msg_t *msg, msg_t *next, struct tport_compressor *comp,
		   su_time_t now)
{
	tap_received(self, msg);
	real.tport_deliver(self, msg, next, comp, now);
}

int tport_send_msg(tport_t *self, msg_t *msg, tp_name_t const *tpn, struct sigcomp_compartment *cc)
{
	tap_sent(self, msg);
	return real.tport_send_msg(self, msg, tpn, cc);
}

/* That it logs makes it keep the text of what it receives as it came, which is all that is wanted of it. */
void tport_log_msg(tport_t *self, msg_t *msg, char const *what, char const *via, su_time_t now)
{
	(void)self, (void)msg, (void)what, (void)via, (void)now;
}

/* Names */

/* Ours says where its servers are written; nta's does not, and is none. */
sres_resolver_t *sres_resolver_create(su_root_t *root, char const *path, tag_type_t tag,
				      tag_value_t value, ...)
{
	(void)tag;
	(void)value;
	return path ? real.sres_resolver_create(root, path, TAG_END()) : NULL;
}

int nta_msg_ackbye(nta_agent_t *agent, msg_t *msg)
{
	const sip_t *sip = sip_object(msg);
	const su_sockaddr_t *from = msg_addr(msg);
	const char *protocol = sip->sip_via ? strrchr(sip->sip_via->v_protocol, '/') : NULL;
	struct sockaddr_storage address = { 0 };
	char text[NETADDR_TEXT_MAX], route[NETADDR_TEXT_MAX + 32];
	int rc;

	memcpy(&address, from, sizeof(*from));
	netaddr_text(&address, text, sizeof(text));
	snprintf(route, sizeof(route), "sip:%s;transport=%s;lr", text,
		 protocol ? protocol + 1 : "udp");
	nta_agent_set_params(agent, NTATAG_DEFAULT_PROXY(route), TAG_END());
	rc = real.nta_msg_ackbye(agent, msg);
	nta_agent_set_params(agent, NTATAG_DEFAULT_PROXY(NULL), TAG_END());
	return rc;
}

/* TLS */

static bool connecting; /* in Sofia-SIP's part of a handshake */

struct tls_s *tls_init_secondary(struct tls_s *master, int fd, int accept)
{
	struct tls_s *tls;

	tls_conn_prepare();
	tls = real.tls_init_secondary(master, fd, accept);
	if (!tls || tls_conn_begin(tls, fd, accept))
		return tls;
	tls_free(tls);
	return NULL;
}

void tls_free(struct tls_s *tls)
{
	struct tls_conn *conn = tls_conn_closing(tls);

	ERR_clear_error();
	real.tls_free(tls);
	tls_conn_end(conn);
	ERR_clear_error();
}

int tls_connect(su_root_magic_t *magic, su_wait_t *w, tport_t *self)
{
	int rc;

	ERR_clear_error();
	connecting = true;
	rc = real.tls_connect(magic, w, self);
	connecting = false;
	ERR_clear_error();
	return rc;
}

/* OpenSSL has checked it by then: Sofia-SIP sees none. All others do. */
X509 *SSL_get1_peer_certificate(const SSL *ssl)
{
	X509 *certificate = connecting ? NULL : SSL_get0_peer_certificate(ssl);

	if (certificate)
		X509_up_ref(certificate);
	return certificate;
}

ssize_t tls_read(struct tls_s *tls)
{
	ERR_clear_error();
	return real.tls_read(tls);
}

ssize_t tls_write(struct tls_s *tls, void *data, size_t size)
{
	ERR_clear_error();
	return real.tls_write(tls, data, size);
}

int tls_want_read(struct tls_s *tls, int events)
{
	ERR_clear_error();
	return real.tls_want_read(tls, events);
}

void *tls_read_buffer(struct tls_s *tls, size_t n)
{
	void *data = real.tls_read_buffer(tls, n);

	if (n == 4 && !memcmp(data, "\r\n\r\n", 4))
		tls_conn_pong(tls);
	return data;
}
