/* Sofia-SIP's transaction layer in the control loop. su_root waits on an epoll descriptor of its own, and
 * such a descriptor can itself be waited on: one osmo_fd for what arrives and one timer for what falls due
 * run it, without a second thread. Sofia has no accessor for that descriptor, so it is recognised in
 * /proc/self/fd as the one that su_root_create() adds. */
#include "sip/agent/agent.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/su_log.h>

#include "base/clock.h"
#include "base/log.h"
#include "sip/agent/connections.h"
#include "sip/agent/mends.h"
#include "sip/agent/screen.h"
#include "sip/agent/tls.h"
#include "sip/text/netaddr.h"

enum {
	PRELOAD = 2048, /* octets of a message's headers, taken at once; Sofia would ask for each */
	BATCH = 16,     /* messages read before the rest of the loop has its turn */
	EPOLLS_MAX = 64, /* of this process, before ours */
	BURY_MS = 1000,  /* Sofia closes connections that have ended as often as that */
	MS_PER_S = 1000,
	US_PER_MS = 1000,
};
#define NTP_EPOCH 2208988800UL /* seconds from 1900 to 1970: su_time_t counts from 1900 */

struct agent {
	su_root_t *root;
	nta_agent_t *nta;
	msg_mclass_t *mclass; /* the headers that we parse: Sofia's default ones and RFC 3325's */
	uint64_t
		busy_since_us; /* more has been waiting all the time since then; 0: nothing waits */
	struct osmo_fd fd;
	struct osmo_timer_list timer;
	bool stepping;
	struct sockets sockets;
	unsigned timer_b_ms;
	struct resolver *resolver;
	char dns_server[46]; /* that it asks */
	uint16_t dns_port;
	bool dns_known;
};

/* Sofia's clock. It must not follow steps of the wall clock. su_nanotime() stays as it is: tags, branches
 * and Call-IDs are made of it and must differ from those of the last start. */
extern void (*_su_time)(su_time_t *tv);

/* In whole milliseconds: a wait that rounds to 0 ms is then over, and nobody turns idly until it is. */
static void on_su_time(su_time_t *tv)
{
	uint64_t now_ms = clock_now_us() / US_PER_MS;

	if (!tv)
		return;
	tv->tv_sec = NTP_EPOCH + now_ms / MS_PER_S;
	tv->tv_usec = now_ms % MS_PER_S * US_PER_MS;
}

static void on_su_log(void *data, const char *format, va_list ap)
{
	char line[512];

	(void)data;
	vsnprintf(line, sizeof(line), format, ap);
	line[strcspn(line, "\r\n")] = '\0';
	LOGP(DSIP, LOGL_DEBUG, "%s\n", line);
}

/* The descriptors of this process that are epolls. */
static size_t list_epolls(int out[static EPOLLS_MAX])
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t n = 0;

	while (dir && n < EPOLLS_MAX && (entry = readdir(dir))) {
		char link[64] = "";

		if (readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1) > 0 &&
		    !strcmp(link, "anon_inode:[eventpoll]"))
			out[n++] = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool contains(const int *fds, size_t n, int fd)
{
	while (n) {
		if (fds[--n] == fd)
			return true;
	}
	return false;
}

/* Creates the root; returns its epoll descriptor, or -1. */
static int create_root(struct agent *agent)
{
	int before[EPOLLS_MAX], after[EPOLLS_MAX];
	size_t n = list_epolls(before);

	agent->root = su_root_create(NULL);
	if (!agent->root)
		return -1;
	su_root_threading(agent->root, 0);
	size_t m = list_epolls(after);
	for (size_t i = 0; i < m; i++) {
		if (!contains(before, n, after[i]))
			return after[i];
	}
	return -1;
}

/* One step of Sofia's root reads one message of each socket, and says 0 ms when it did anything: more may wait. */
static su_duration_t read_some(struct agent *agent)
{
	su_duration_t next_ms;
	int n = 0;

	agent->stepping = true;
	do {
		next_ms = su_root_step(agent->root, 0);
	} while (next_ms == 0 && ++n < BATCH);
	agent->stepping = false;
	if (next_ms != 0)
		agent->busy_since_us = 0;
	else if (!agent->busy_since_us)
		agent->busy_since_us = clock_now_us();
	return next_ms;
}

static void step(struct agent *agent)
{
	su_duration_t next_ms = read_some(agent);
	struct connections_totals connections;

	/* By a timer that may wait until something else happens. */
	connections_totals(&connections);
	if (connections.now && (next_ms == SU_WAIT_FOREVER || next_ms > BURY_MS))
		next_ms = BURY_MS;
	if (next_ms == SU_WAIT_FOREVER)
		osmo_timer_del(&agent->timer);
	else
		osmo_timer_schedule(&agent->timer, (int)(next_ms / MS_PER_S),
				    (int)(next_ms % MS_PER_S) * MS_PER_S);
}

static void on_timer(void *data)
{
	step(data);
}

static int on_readable(struct osmo_fd *fd, unsigned what)
{
	(void)what;
	step(fd->data);
	return 0;
}

void agent_touch(struct agent *agent)
{
	if (!agent->stepping)
		osmo_timer_schedule(&agent->timer, 0, 0);
}

static bool create_nta(struct agent *agent, const struct screen *screen)
{
	agent->mclass = sip_extend_mclass(NULL);
	if (!agent->mclass)
		return false;
	screen_watch(agent->mclass, screen);
	/* No transport yet: agent_listen() adds it. */
	agent->nta =
		nta_agent_create(agent->root, (url_string_t *)-1, screen_on_message, (void *)screen,
				 NTATAG_UA(1), NTATAG_CANCEL_487(0), NTATAG_CLIENT_RPORT(1),
				 NTATAG_MAXSIZE(AGENT_MESSAGE_MAX), NTATAG_PRELOAD(PRELOAD),
				 NTATAG_PASS_100(1), NTATAG_PROGRESS(AGENT_PROGRESS_S * MS_PER_S),
				 NTATAG_MCLASS(agent->mclass), TAG_END());
	return agent->nta;
}

struct agent *agent_new(void *talloc_ctx, const struct screen *screen)
{
	struct agent *agent = talloc_zero(talloc_ctx, struct agent);

	if (!agent)
		return NULL;
	agent->fd.fd = -1;
	osmo_timer_setup(&agent->timer, on_timer, agent);
	_su_time = on_su_time;
	if (!mends_install() || su_init() < 0)
		goto fail;
	su_log_redirect(NULL, on_su_log, NULL);
	int fd = create_root(agent);
	if (fd < 0 || !create_nta(agent, screen))
		goto fail;
	agent->resolver = resolver_new(agent, agent->root);
	if (!agent->resolver)
		goto fail;
	osmo_fd_setup(&agent->fd, fd, OSMO_FD_READ, on_readable, agent, 0);
	if (osmo_fd_register(&agent->fd) < 0) {
		agent->fd.fd = -1;
		goto fail;
	}
	return agent;
fail:
	LOGP(DSIP, LOGL_ERROR, "Sofia-SIP does not start: %s; is /proc mounted?\n",
	     strerror(errno));
	agent_free(agent);
	return NULL;
}

void agent_free(struct agent *agent)
{
	if (!agent)
		return;
	osmo_timer_del(&agent->timer);
	if (agent->fd.fd >= 0)
		osmo_fd_unregister(&agent->fd);
	resolver_free(agent->resolver);
	nta_agent_destroy(agent->nta);
	su_root_destroy(agent->root);
	free(agent->mclass);
	talloc_free(agent);
	su_deinit();
}

int agent_listen(struct agent *agent, const struct socket_config *wanted, size_t n,
		 unsigned timer_b_ms, uint32_t last)
{
	int rc;

	nta_agent_set_params(agent->nta, NTATAG_SIP_T1X64(timer_b_ms), TAG_END());
	agent->timer_b_ms = timer_b_ms;
	rc = sockets_apply(&agent->sockets, agent->nta, wanted, n, last);
	agent_touch(agent);
	return rc;
}

unsigned agent_let_go(struct agent *agent, const uint32_t *oldest)
{
	return sockets_let_go(&agent->sockets, agent->nta, oldest,
			      (uint64_t)agent->timer_b_ms * US_PER_MS);
}

void agent_keep(struct agent *agent, const char *contact, uint32_t id)
{
	sockets_keep(&agent->sockets, contact, id);
}

struct resolver *agent_resolver(struct agent *agent)
{
	return agent->resolver;
}

int agent_use_dns(struct agent *agent, const char *server, uint16_t port)
{
	int rc;

	if (agent->dns_known && !strcmp(server, agent->dns_server) && port == agent->dns_port)
		return 0;
	rc = resolver_use(agent->resolver, server, port);
	if (rc)
		return rc;
	snprintf(agent->dns_server, sizeof(agent->dns_server), "%s", server);
	agent->dns_port = port;
	agent->dns_known = true;
	return 0;
}

nta_agent_t *agent_nta(struct agent *agent)
{
	return agent->nta;
}

int agent_refuse_method(nta_incoming_t *irq, sip_method_t method)
{
	int status = method == sip_method_unknown ? 501 : 405;

	nta_incoming_treply(irq, status, NULL, SIPTAG_ALLOW_STR(AGENT_ALLOW),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return status;
}

bool agent_contact(struct agent *agent, nta_incoming_t *irq, char *out, size_t size)
{
	struct sockaddr_storage address;
	enum transport transport;
	char text[NETADDR_TEXT_MAX];

	if (!sockets_of(agent->nta, irq, &address, &transport) || netaddr_is_any(&address))
		return false;
	netaddr_text(&address, text, sizeof(text));
	snprintf(out, size, "<sip:%s%s>", text, transport_param(transport));
	return true;
}

static void source_of(msg_t *msg, struct sockaddr_storage *out)
{
	const su_sockaddr_t *from = msg_addr(msg);

	*out = (struct sockaddr_storage){ 0 };
	if (from)
		memcpy(out, from, OSMO_MIN(sizeof(*from), sizeof(*out)));
	msg_destroy(msg);
}

void agent_source(nta_incoming_t *irq, struct sockaddr_storage *out)
{
	connections_spoke(irq);
	source_of(nta_incoming_getrequest(irq), out);
}

void agent_source_of_ack(nta_incoming_t *irq, struct sockaddr_storage *out)
{
	source_of(nta_incoming_getrequest_ackcancel(irq), out);
}

void agent_listening(const struct agent *agent, char *out, size_t size)
{
	if (agent->sockets.n)
		netaddr_text(&agent->sockets.open[0].address, out, size);
	else
		snprintf(out, size, "nowhere");
}

const struct sockets *agent_sockets(const struct agent *agent)
{
	return &agent->sockets;
}

void agent_address_for(const struct agent *agent, const char *name, enum transport transport,
		       const struct sockaddr_storage *there, struct sockaddr_storage *out)
{
	const struct socket *s = sockets_towards(&agent->sockets, name, transport, there);

	*out = (struct sockaddr_storage){ 0 };
	if (!s)
		return;
	*out = s->address;
	if (netaddr_is_any(&s->address) && !netaddr_towards(there, out))
		netaddr_set_port(out, netaddr_port(&s->address));
}

void agent_ping(struct agent *agent, const char *name, const struct hop *there)
{
	const struct socket *s;

	if (there->transport != TRANSPORT_UDP) {
		connections_ping(&there->address, tls_say);
		return;
	}
	s = sockets_towards(&agent->sockets, name, TRANSPORT_UDP, &there->address);
	if (s)
		sendto(s->fd, "\r\n", 2, MSG_NOSIGNAL | MSG_DONTWAIT,
		       (const struct sockaddr *)&there->address, netaddr_len(&there->address));
}

unsigned agent_transactions(struct agent *agent)
{
	usize_t incoming = 0, outgoing = 0;

	nta_agent_get_stats(agent->nta, NTATAG_S_IRQ_HASH_USED_REF(incoming),
			    NTATAG_S_ORQ_HASH_USED_REF(outgoing), TAG_END());
	return (unsigned)(incoming + outgoing);
}

uint64_t agent_bad_messages(struct agent *agent)
{
	usize_t bad = 0;

	nta_agent_get_stats(agent->nta, NTATAG_S_BAD_MESSAGE_REF(bad), TAG_END());
	return bad - screen_totals()->dropped; /* which are garbage to it */
}

uint64_t agent_backlog_us(const struct agent *agent)
{
	return agent->busy_since_us ? clock_now_us() - agent->busy_since_us : 0;
}
