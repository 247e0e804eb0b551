/* Sockets, connections and certificates, as plain values. */
#include "sip/sip_transports.h"

#include <stdio.h>

#include "base/clock.h"
#include "sip/agent/connections.h"
#include "sip/agent/tls.h"
#include "sip/session/session.h"
#include "sip/text/netaddr.h"

enum { US_PER_S = 1000000 };

static struct sip_socket_status status_of(const struct socket *s)
{
	struct sip_socket_status status = {
		.transport = transport_name(s->transport),
		.name = s->name,
	};

	netaddr_text(&s->address, status.address, sizeof(status.address));
	return status;
}

void sip_sockets_each(const struct sip *sip, bool (*fn)(void *, const struct sip_socket_status *),
		      void *data)
{
	const struct sockets *sockets = agent_sockets(sip->agent);
	struct sip_socket_status status;

	for (size_t i = 0; i < sockets->n; i++) {
		status = status_of(&sockets->open[i]);
		if (!fn(data, &status))
			return;
	}
	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		if (!*sockets->leaving[i].ident)
			continue;
		status = status_of(&sockets->leaving[i].socket);
		status.leaves = true;
		if (!fn(data, &status))
			return;
	}
}

struct visit {
	bool (*fn)(void *, const struct sip_connection_status *);
	bool (*certificate)(void *, const struct sip_certificate_status *);
	void *data;
};

static bool on_connection(void *data, const struct connection *c)
{
	const struct visit *visit = data;
	struct sip_connection_status status = {
		.transport =
			transport_name(tport_has_tls(c->tport) ? TRANSPORT_TLS : TRANSPORT_TCP),
		.accepted = c->accepted,
		.age_s = (unsigned)((clock_now_us() - c->since_us) / US_PER_S),
	};
	struct sockaddr_storage there = { 0 };
	socklen_t len = sizeof(there);

	if (getpeername(c->fd, (struct sockaddr *)&there, &len) == 0)
		netaddr_text(&there, status.address, sizeof(status.address));
	return visit->fn(visit->data, &status);
}

void sip_connections_each(bool (*fn)(void *, const struct sip_connection_status *), void *data)
{
	struct visit visit = { .fn = fn, .data = data };

	connections_each(on_connection, &visit);
}

static bool on_certificate(void *data, const struct tls_certificate *c)
{
	const struct visit *visit = data;
	const struct sip_certificate_status status = {
		.name = c->name,
		.file = c->file,
		.subject = c->subject,
		.issuer = c->issuer,
		.expires_s = c->expires_s,
		.stale = c->stale,
	};

	return visit->certificate(visit->data, &status);
}

void sip_certificates_each(bool (*fn)(void *, const struct sip_certificate_status *), void *data)
{
	struct visit visit = { .certificate = fn, .data = data };

	tls_certificates_each(on_certificate, &visit);
}

void sip_transport_totals(struct sip_transport_totals *out)
{
	struct connections_totals connections;
	struct tls_totals tls;

	connections_totals(&connections);
	tls_totals(&tls);
	*out = (struct sip_transport_totals){
		.connections = connections.now,
		.accepted = connections.accepted,
		.opened = connections.opened,
		.refused = connections.refused,
		.mute = connections.mute,
		.unanswered = connections.unanswered,
		.tls_accepted = tls.accepted,
		.tls_connected = tls.connected,
		.tls_failed = tls.failed,
		.tls_unverified = tls.unverified,
	};
}

void sip_reload_certificates(void)
{
	tls_reload();
}
