/* What Sofia-SIP is about to deliver is parsed already, and still has its text: sockets.c asks for that by TPTAG_LOG. */
#include "sip/agent/tap.h"

#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/agent/connections.h"
#include "sip/text/netaddr.h"

static struct {
	void (*on_message)(void *data, const struct tap_message *message);
	void *data;
	/* The last answer of netaddr_towards(), as peers are few. */
	struct sockaddr_storage there, here;
} tap;

void tap_watch(void (*on_message)(void *data, const struct tap_message *message), void *data)
{
	tap.on_message = on_message;
	tap.data = data;
	tap.there.ss_family = AF_UNSPEC;
}

static void copy(const su_sockaddr_t *from, struct sockaddr_storage *out)
{
	if (from && (from->su_family == AF_INET || from->su_family == AF_INET6))
		memcpy(out, from, OSMO_MIN(sizeof(*from), sizeof(*out)));
}

static const su_sockaddr_t *address_of(const tport_t *tport)
{
	const su_addrinfo_t *ai = tport_get_address(tport);

	return ai ? (const su_sockaddr_t *)ai->ai_addr : NULL;
}

/* Where a socket of all addresses has sent to there from. */
static void resolve_any(struct tap_message *message)
{
	const uint16_t port = netaddr_port(&message->here);

	if (!message->there.ss_family || !netaddr_is_any(&message->here))
		return;
	if (!netaddr_same_host(&tap.there, &message->there)) {
		tap.there = message->there;
		if (netaddr_towards(&message->there, &tap.here))
			tap.here = message->here;
	}
	message->here = tap.here;
	netaddr_set_port(&message->here, port);
}

static enum transport transport_of(const tport_t *tport)
{
	enum transport transport = TRANSPORT_UDP;

	transport_parse(tport_name(tport)->tpn_proto, &transport);
	return transport;
}

static void show(tport_t *tport, msg_t *msg, bool sent)
{
	const bool primary = tport_is_primary(tport);
	msg_iovec_t pieces[TAP_PIECES_MAX];
	struct tap_message message = {
		.sent = sent,
		.sip = sip_object(msg),
		.transport = transport_of(tport),
		.pieces = pieces,
	};

	if (!tap.on_message || !message.sip ||
	    (!message.sip->sip_request && !message.sip->sip_status) || !message.sip->sip_call_id ||
	    !message.sip->sip_cseq)
		return;
	copy(address_of(primary ? tport : tport_parent(tport)), &message.here);
	copy(primary ? msg_addr(msg) : address_of(tport), &message.there);
	resolve_any(&message);
	message.n = OSMO_MIN(msg_iovec(msg, pieces, TAP_PIECES_MAX), (isize_t)TAP_PIECES_MAX);
	tap.on_message(tap.data, &message);
}

void tap_received(tport_t *tport, msg_t *msg)
{
	show(tport, msg, false);
}

void tap_sent(tport_t *tport, msg_t *msg)
{
	show(tport, msg, true);
}
