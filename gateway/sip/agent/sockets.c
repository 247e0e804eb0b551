/* Listening sockets. Sofia-SIP closes all of them or none. So what is new is added, what is taken away is taken from under it
 * while another one stays, and all are closed only to open others. What calls still need is kept beside, by a name of its own:
 * only what names it is sent by it (tport_primary_by_name in mends.c). */
#include "sip/agent/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>

#include "base/clock.h"
#include "base/log.h"
#include "sip/agent/connections.h"
#include "sip/text/netaddr.h"

enum {
	RECEIVE_BUFFER =
		4 << 20,  /* octets; the kernel's default turns overload into retransmissions */
	PART_MS = 20000,  /* a message that began is there as a whole by then */
	UNSENT_MAX = 256, /* messages that wait for a slow connection */
	RETIRED_MAX = 32, /* sockets that Sofia-SIP still believes in, without calls */
	LEFT_MAX = 96,    /* under calls, with those that are kept for them */
};

/* Sofia-SIP looks for certificates there, and must find none: tls.c shows ours. */
#define NO_FILES "/nonexistent"
/* No name of a socket begins with it. */
#define LEAVING_MARK '!'

/* Kernel */

static int sock_type(enum transport transport)
{
	return transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
}

/* Sofia says little of why a bind failed, and gives the old socket up first: the kernel is asked before. */
static int try_bind(const struct socket *s)
{
	int fd = socket(s->address.ss_family, sock_type(s->transport) | SOCK_CLOEXEC, 0);
	int one = 1, rc = 0;

	if (fd < 0)
		return -errno;
	if (s->transport != TRANSPORT_UDP)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Only listening tells that another one listens. */
	if (bind(fd, (const struct sockaddr *)&s->address, netaddr_len(&s->address)) < 0 ||
	    (s->transport != TRANSPORT_UDP && listen(fd, 1) < 0))
		rc = -errno;
	close(fd);
	return rc;
}

/* Sofia-SIP */

/* What Sofia-SIP knows a socket by (TPTAG_IDENT): its name, or the word for all that have none. */
static const char *ident_of(const char *name)
{
	return *name ? name : "-";
}

/* It writes a socket's name into each Via as a comment, which RFC 3261 has no longer. */
static void clear_comments(nta_agent_t *nta)
{
	for (tport_t *tp = tport_primaries(nta_agent_tports(nta)); tp; tp = tport_next(tp)) {
		for (sip_via_t *via = (sip_via_t *)tport_magic(tp); via; via = via->v_next)
			via->v_comment = NULL;
	}
}

static int bound = -1; /* the last one: Sofia-SIP does not show it */

void sockets_bound(int fd)
{
	bound = fd;
}

static int add_to_nta(nta_agent_t *nta, struct socket *s)
{
	char text[NETADDR_TEXT_MAX], url[NETADDR_TEXT_MAX + 32];
	int rc;

	netaddr_text(&s->address, text, sizeof(text));
	snprintf(url, sizeof(url), "%s:%s;transport=%s",
		 s->transport == TRANSPORT_TLS ? "sips" : "sip", text,
		 transport_name(s->transport));
	errno = 0;
	rc = nta_agent_add_tport(nta, URL_STRING_MAKE(url), TPTAG_IDENT(ident_of(s->name)),
				 TPTAG_UDP_RMEM(RECEIVE_BUFFER), TPTAG_IDLE(SOCKETS_IDLE_MS),
				 TPTAG_TIMEOUT(PART_MS), TPTAG_QUEUESIZE(UNSENT_MAX),
				 TPTAG_CERTIFICATE(NO_FILES), TPTAG_PONG2PING(1), TPTAG_LOG(1),
				 TAG_END());
	clear_comments(nta);
	connections_renew();
	if (rc < 0)
		return errno ? -errno : -EIO;
	s->fd = bound;
	return 0;
}

/* Sofia-SIP's transport of that socket. */
static tport_t *transport_of(nta_agent_t *nta, const struct socket *s)
{
	for (tport_t *tp = tport_primaries(nta_agent_tports(nta)); tp; tp = tport_next(tp)) {
		const su_addrinfo_t *ai = tport_get_address(tp);

		if (ai && ai->ai_addrlen == netaddr_len(&s->address) &&
		    !memcmp(ai->ai_addr, &s->address, ai->ai_addrlen) &&
		    !strcasecmp(tport_name(tp)->tpn_proto, transport_name(s->transport)))
			return tp;
	}
	return NULL;
}

/* Nothing arrives by it any more: another socket is put in the place of the kernel's, which says no to whatever is sent. And
 * nothing is sent by it: it is of a protocol now that Sofia-SIP knows and nobody here speaks. */
static bool retire(nta_agent_t *nta, const struct socket *s)
{
	tport_t *tp = transport_of(nta, s);
	int nothing, rc;

	if (!tp)
		return false;
	nothing = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (nothing < 0)
		return false;
	rc = dup3(nothing, s->fd, O_CLOEXEC);
	close(nothing);
	if (rc < 0)
		return false;
	((tp_name_t *)tport_name(tp))->tpn_proto = "sctp";
	connections_leave(tp);
	return true;
}

/* The set */

static bool same_place(const struct socket *a, const struct socket *b)
{
	return a->transport == b->transport && netaddr_same_host(&a->address, &b->address) &&
	       netaddr_port(&a->address) == netaddr_port(&b->address);
}

static const struct socket *find(const struct sockets *sockets, const struct socket *s)
{
	for (size_t i = 0; i < sockets->n; i++) {
		if (same_place(&sockets->open[i], s))
			return &sockets->open[i];
	}
	return NULL;
}

/* Its place in `leaving`; SOCKETS_MAX: it has none. */
static size_t find_leaving(const struct sockets *sockets, const struct socket *s)
{
	size_t i = 0;

	while (i < SOCKETS_MAX &&
	       !(*sockets->leaving[i].ident && same_place(&sockets->leaving[i].socket, s)))
		i++;
	return i;
}

static char failed[NETADDR_TEXT_MAX + 32];

const char *sockets_failed(void)
{
	return failed;
}

static void note_failed(const struct socket_config *wanted)
{
	static const char *const kinds[TRANSPORTS] = { "UDP", "TCP", "TLS" };

	snprintf(failed, sizeof(failed), "%s %s port %u", wanted->address, kinds[wanted->transport],
		 wanted->port);
}

/* What is wanted, as sockets that can be opened: those already open need not be asked about. */
static int plan(const struct sockets *now, const struct socket_config *wanted, size_t n,
		struct sockets *out)
{
	for (size_t i = 0; i < n; i++) {
		struct socket s = { .transport = wanted[i].transport };
		int rc;

		if (!netaddr_parse(wanted[i].address, wanted[i].port, &s.address))
			return -EINVAL;
		snprintf(s.name, sizeof(s.name), "%s", wanted[i].name);
		note_failed(&wanted[i]);
		rc = find(now, &s) || find_leaving(now, &s) < SOCKETS_MAX ? 0 : try_bind(&s);
		if (rc && wanted[i].optional) {
			LOGP(DSIP, LOGL_NOTICE, "sip: no %s on %s port %u: %s\n",
			     transport_name(s.transport), wanted[i].address, wanted[i].port,
			     strerror(-rc));
			continue;
		}
		if (rc)
			return rc;
		if (out->n == SOCKETS_MAX)
			return -EINVAL;
		out->open[out->n++] = s;
	}
	return 0;
}

/* It is wanted, under its name. */
static bool stays(const struct socket *s, const struct sockets *wanted)
{
	const struct socket *same = find(wanted, s);

	return same && !strcmp(same->name, s->name);
}

/* What is kept for calls. Its ident is that of its place, so that a message too large for its UDP goes by its TCP. */

bool sockets_leaves(const tport_t *tport)
{
	const tport_t *primary = tport ? tport_parent(tport) : NULL;
	const char *ident = primary ? tport_name(primary)->tpn_ident : NULL;

	return ident && *ident == LEAVING_MARK;
}

static bool keep(struct sockets *sockets, const struct socket *s, uint32_t last, uint64_t until_us)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		struct leaving *leaving = &sockets->leaving[i];

		if (*leaving->ident)
			continue;
		*leaving = (struct leaving){ .socket = *s, .last = last, .until_us = until_us };
		leaving->ident[0] = LEAVING_MARK;
		netaddr_text(&s->address, leaving->ident + 1, sizeof(leaving->ident) - 1);
		return true;
	}
	return false;
}

/* It is wanted again. */
static bool take_back(struct sockets *sockets, const struct socket *s)
{
	const size_t i = find_leaving(sockets, s);

	if (i == SOCKETS_MAX)
		return false;
	sockets->open[sockets->n] = sockets->leaving[i].socket;
	memcpy(sockets->open[sockets->n++].name, s->name, sizeof(s->name));
	sockets->leaving[i].ident[0] = '\0';
	return true;
}

static void set_ident(nta_agent_t *nta, const struct socket *s, const char *ident)
{
	tport_t *tp = transport_of(nta, s);

	if (tp)
		((tp_name_t *)tport_name(tp))->tpn_ident = ident;
}

/* Sofia-SIP is to know each by what it is now; the words are ours, and stay where they are as long. */
static void set_idents(const struct sockets *sockets, nta_agent_t *nta)
{
	for (size_t i = 0; i < sockets->n; i++)
		set_ident(nta, &sockets->open[i], ident_of(sockets->open[i].name));
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (*sockets->leaving[i].ident)
			set_ident(nta, &sockets->leaving[i].socket, sockets->leaving[i].ident);
}

unsigned sockets_let_go(struct sockets *sockets, nta_agent_t *nta, const uint32_t *oldest,
			uint64_t linger_us)
{
	unsigned left = 0;

	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		struct leaving *leaving = &sockets->leaving[i];

		if (!*leaving->ident)
			continue;
		left++;
		if (oldest && (int32_t)(*oldest - leaving->last) <= 0)
			continue;
		if (!leaving->until_us)
			leaving->until_us = clock_now_us() + linger_us;
		if (clock_now_us() < leaving->until_us || !retire(nta, &leaving->socket))
			continue;
		leaving->ident[0] = '\0';
		sockets->retired++;
		left--;
	}
	return left;
}

const char *sockets_kept_for(const struct sockets *sockets, const char *contact)
{
	const char *place = contact + strlen("<sip:");
	const size_t len = strcspn(place, ";>");

	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		const struct leaving *leaving = &sockets->leaving[i];
		const char *at = leaving->ident + 1;
		const char *port = strrchr(at, ':');
		const size_t tail = *leaving->ident ? strlen(port) : 0;

		if (!*leaving->ident || len < tail)
			continue;
		if (netaddr_is_any(&leaving->socket.address)
			    ? !strncmp(place + len - tail, port, tail)
			    : len == strlen(at) && !strncmp(place, at, len))
			return leaving->ident;
	}
	return NULL;
}

void sockets_keep(struct sockets *sockets, const char *contact, uint32_t id)
{
	const char *ident = sockets_kept_for(sockets, contact);

	for (size_t i = 0; ident && i < SOCKETS_MAX; i++) {
		if (strcmp(sockets->leaving[i].ident, ident) != 0)
			continue;
		sockets->leaving[i].last = id;
		sockets->leaving[i].until_us = 0;
	}
}

/* The whole */

static int open_rest(struct sockets *sockets, nta_agent_t *nta, const struct sockets *wanted)
{
	int rc = 0;

	for (size_t i = 0; i < wanted->n && !rc; i++) {
		struct socket s = wanted->open[i];

		if (find(sockets, &s) || take_back(sockets, &s))
			continue;
		rc = add_to_nta(nta, &s);
		if (!rc)
			sockets->open[sockets->n++] = s;
	}
	return rc;
}

static void close_all(struct sockets *sockets, nta_agent_t *nta)
{
	if (sockets->n)
		nta_agent_close_tports(nta);
	sockets->n = 0;
	sockets->retired = 0;
	memset(sockets->leaving, 0, sizeof(sockets->leaving));
}

/* While there are calls, none may be closed with the others: `last` and those that leave tell of them. */
static bool any_stays(const struct sockets *sockets, const struct sockets *wanted, uint32_t last)
{
	bool any = false;

	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		if (last || *sockets->leaving[i].ident)
			return true;
	}
	for (size_t i = 0; i < sockets->n; i++)
		any = any || stays(&sockets->open[i], wanted);
	return any && sockets->retired < RETIRED_MAX;
}

/* What cannot be closed now, for want of a descriptor, is closed a second later. */
static void give_up(struct sockets *sockets, nta_agent_t *nta, const struct socket *s,
		    uint32_t last)
{
	if (last && keep(sockets, s, last, 0))
		return;
	if (retire(nta, s))
		sockets->retired++;
	else
		keep(sockets, s, 0, 1);
}

/* kept_for: as last; 0: for none. */
static void close_unwanted(struct sockets *sockets, nta_agent_t *nta, const struct sockets *wanted,
			   uint32_t last, uint32_t kept_for)
{
	size_t n_stay = 0;

	if (!any_stays(sockets, wanted, last)) {
		close_all(sockets, nta);
		return;
	}
	for (size_t i = 0; i < sockets->n; i++) {
		const struct socket s = sockets->open[i];

		if (stays(&s, wanted))
			sockets->open[n_stay++] = s;
		else
			give_up(sockets, nta, &s, kept_for);
	}
	sockets->n = n_stay;
}

/* What left before, and was taken back, leaves as before; and what was open has its name again. */
static void leave_again(struct sockets *sockets, const struct sockets *before)
{
	for (size_t i = 0; i < sockets->n;) {
		struct socket *s = &sockets->open[i];
		const struct socket *was = find(before, s);
		const size_t at = find_leaving(before, s);

		if (at < SOCKETS_MAX) {
			sockets->leaving[at] = before->leaving[at];
			*s = sockets->open[--sockets->n];
			continue;
		}
		if (was)
			memcpy(s->name, was->name, sizeof(s->name));
		i++;
	}
}

/* Each socket that is closed under calls leaves a descriptor until there are none. A gateway that is never without calls does
 * not gather them without end. The way back is paid for as well: what is new must be left then. */
static bool may_leave(const struct sockets *now, const struct sockets *wanted, uint32_t last)
{
	size_t leave = 0, added = 0, kept = 0, most;

	for (size_t i = 0; i < now->n; i++)
		leave += !stays(&now->open[i], wanted);
	for (size_t i = 0; i < wanted->n; i++)
		added += !stays(&wanted->open[i], now);
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		kept += *now->leaving[i].ident && !find(wanted, &now->leaving[i].socket);
	most = OSMO_MAX(leave, added);
	if (!most || (!last && !kept))
		return true;
	return kept + most <= SOCKETS_MAX && now->retired + kept + leave + added <= LEFT_MAX;
}

int sockets_apply(struct sockets *sockets, nta_agent_t *nta, const struct socket_config *wanted,
		  size_t n, uint32_t last)
{
	const struct sockets before = *sockets;
	struct sockets planned = { .n = 0 };
	int rc = plan(sockets, wanted, n, &planned);

	if (!rc && !may_leave(sockets, &planned, last))
		rc = -EBUSY;
	if (rc)
		return rc;
	close_unwanted(sockets, nta, &planned, last, last);
	rc = open_rest(sockets, nta, &planned);
	if (rc) {
		leave_again(sockets, &before);
		close_unwanted(sockets, nta, &before, last, 0);
		open_rest(sockets, nta, &before);
	}
	set_idents(sockets, nta);
	return rc;
}

const struct socket *sockets_towards(const struct sockets *sockets, const char *name,
				     enum transport transport, const struct sockaddr_storage *there)
{
	for (size_t i = 0; i < sockets->n; i++) {
		const struct socket *s = &sockets->open[i];

		if (s->transport == transport && s->address.ss_family == there->ss_family &&
		    (!*name || strcmp(name, s->name) == 0))
			return s;
	}
	return NULL;
}

bool sockets_of(nta_agent_t *nta, nta_incoming_t *irq, struct sockaddr_storage *address,
		enum transport *transport)
{
	tport_t *tp = nta_incoming_transport(nta, irq, NULL);
	tport_t *primary = tp ? tport_parent(tp) : NULL;
	const su_addrinfo_t *ai = primary ? tport_get_address(primary) : NULL;
	bool known =
		ai && ai->ai_addr && transport_parse(tport_name(primary)->tpn_proto, transport);

	if (known) {
		*address = (struct sockaddr_storage){ 0 };
		memcpy(address, ai->ai_addr, OSMO_MIN(ai->ai_addrlen, sizeof(*address)));
	}
	tport_unref(tp);
	return known;
}
