/* The sockets that SIP listens on: several, of UDP, TCP and TLS, IPv4 and IPv6. Each has a name: what is sent can be
 * sent from it, and so has its address and transport. Control thread; the agent owns them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <sofia-sip/tport.h>

#include "sip/agent/nta.h"
#include "sip/text/netaddr.h"
#include "sip/text/transport.h"

enum { SOCKET_NAME_MAX = 32, SOCKETS_MAX = 32 };
enum { SOCKETS_IDLE_MS = 900000 }; /* a connection without transactions is closed after it */

/* One that is wanted. */
struct socket_config {
	char address[46]; /* a literal; 0.0.0.0 listens on all addresses of IPv4 */
	uint16_t port;
	enum transport transport;
	char name[SOCKET_NAME_MAX]; /* one name may be several sockets'; "": none of its own */
	bool optional;              /* when its port is taken we do without */
	int line;
};

/* One that is open. */
struct socket {
	struct sockaddr_storage address;
	enum transport transport;
	char name[SOCKET_NAME_MAX];
	int fd; /* Sofia-SIP's own */
};

/* One that is wanted no more, kept for the calls that were there then: nothing new comes or goes by it. */
struct leaving {
	struct socket socket;
	char ident[NETADDR_TEXT_MAX +
		   1];     /* of what is sent by it: "!192.0.2.1:5060"; "": the place is free */
	uint32_t last;     /* the newest session that it is kept for */
	uint64_t until_us; /* when it is closed, these being over; 0: they are not */
};

struct sockets {
	struct leaving leaving[SOCKETS_MAX];
	struct socket open[SOCKETS_MAX];
	size_t n;
	size_t retired; /* closed, and not yet given up by Sofia-SIP */
};

/* Opens what is wanted and not open, closes what is open and not wanted; but while there are sessions (last: the id of
 * the newest; 0: none) that is kept for them. Dialogs stay; so do connections of sockets that stay. 0, or -errno of the
 * first that cannot be opened (-EINVAL: no address, or too many); -EBUSY: too many were left already while there were
 * sessions. All is as before then. */
int sockets_apply(struct sockets *sockets, nta_agent_t *nta, const struct socket_config *wanted,
		  size_t n, uint32_t last);
/* Closes what is kept for sessions before that one (NULL: there are none), linger_us after the last of them ended, so that
 * what comes again is answered. How many are left. */
unsigned sockets_let_go(struct sockets *sockets, nta_agent_t *nta, const uint32_t *oldest,
			uint64_t linger_us);
/* The transport's socket is kept for old calls alone. */
bool sockets_leaves(const tport_t *tport);
/* The ident (TPTAG_IDENT) of the socket kept that a Contact of ours names, "<sip:192.0.2.1:5060;transport=tcp>"; NULL: none. */
const char *sockets_kept_for(const struct sockets *sockets, const char *contact);
/* The sockets kept at such a place, if there are any, are kept for that session, too: the newest. */
void sockets_keep(struct sockets *sockets, const char *contact, uint32_t id);
/* After an error: which one could not be opened, "192.0.2.1 UDP port 5060". */
const char *sockets_failed(void);
/* The one that messages to there leave from: of that name ("": any) and transport. NULL: none is of its family. */
const struct socket *sockets_towards(const struct sockets *sockets, const char *name,
				     enum transport transport,
				     const struct sockaddr_storage *there);
/* The one that this request came in by. False: it is closed by now; out is unchanged. */
bool sockets_of(nta_agent_t *nta, nta_incoming_t *irq, struct sockaddr_storage *address,
		enum transport *transport);
/* Sofia-SIP binds that socket of its own now. */
void sockets_bound(int fd);
