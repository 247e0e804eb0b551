/* A message that belongs to no call is of no interest, but for those that may begin one: the call comes a little later.
 * What is kept of a message is a copy without what is nobody's business (secrets.h). */
#include "sip/session/messages.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call.h"
#include "call/timeline.h"
#include "sip/agent/tap.h"
#include "sip/text/netaddr.h"
#include "sip/text/secrets.h"

enum { US_PER_S = 1000000, NS_PER_US = 1000 };

uint64_t messages_key(const struct call_hub *hub, const char *call_id)
{
	return timeline_key(call_timelines(hub), "sip", call_id);
}

static struct message_end end_of(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	struct message_end end = { .port = netaddr_port(address) };

	if (address->ss_family == AF_INET) {
		end.family = 4;
		memcpy(end.address, &four->sin_addr, sizeof(four->sin_addr));
	} else if (address->ss_family == AF_INET6) {
		end.family = 6;
		memcpy(end.address, &six->sin6_addr, sizeof(six->sin6_addr));
	}
	return end;
}

/* The first part of the text, in one; *whole: how long all of it is. */
static size_t gather(const struct tap_message *tapped, char out[static MESSAGE_LEN_MAX],
		     size_t *whole)
{
	size_t len = 0;

	*whole = 0;
	for (size_t i = 0; i < tapped->n; i++) {
		size_t n = OSMO_MIN((size_t)tapped->pieces[i].mv_len, MESSAGE_LEN_MAX - len);

		memcpy(out + len, tapped->pieces[i].mv_base, n);
		len += n;
		*whole += tapped->pieces[i].mv_len;
	}
	return len;
}

/* "Q.850 cause 17" */
static void put_reason(struct osmo_strbuf *text, const sip_reason_t *reason)
{
	for (; reason; reason = reason->re_next) {
		if (reason->re_protocol && reason->re_cause)
			OSMO_STRBUF_PRINTF(*text, ", %s cause %s", reason->re_protocol,
					   reason->re_cause);
	}
}

/* "INVITE sip:600@192.0.2.1 to 192.0.2.1:5060, SDP", "180 Ringing", "200 OK to BYE" */
static void describe(const struct tap_message *tapped, char *out, size_t size)
{
	const sip_t *sip = tapped->sip;
	struct osmo_strbuf text = { .buf = out, .len = size };
	char there[NETADDR_TEXT_MAX], target[96];

	if (sip->sip_request) {
		url_e(target, sizeof(target), sip->sip_request->rq_url);
		netaddr_text(&tapped->there, there, sizeof(there));
		OSMO_STRBUF_PRINTF(text, "%s %.64s %s %s", sip->sip_request->rq_method_name, target,
				   tapped->sent ? "to" : "from", there);
	} else {
		OSMO_STRBUF_PRINTF(text, "%d %.48s", sip->sip_status->st_status,
				   sip->sip_status->st_phrase);
		if (sip->sip_cseq->cs_method != sip_method_invite)
			OSMO_STRBUF_PRINTF(text, " to %s", sip->sip_cseq->cs_method_name);
	}
	if (sip->sip_payload && sip->sip_content_type &&
	    !strcasecmp(sip->sip_content_type->c_type, "application/sdp"))
		OSMO_STRBUF_PRINTF(text, ", SDP");
	put_reason(&text, sip->sip_reason);
}

static bool may_begin(const sip_t *sip)
{
	const sip_method_t method = sip->sip_cseq->cs_method;

	return method == sip_method_invite || method == sip_method_ack ||
	       method == sip_method_cancel;
}

static void on_message(void *data, const struct tap_message *tapped)
{
	static char copy[MESSAGE_LEN_MAX];
	const struct call_hub *hub = data;
	struct timelines *timelines = call_timelines(hub);
	const uint64_t key = messages_key(hub, tapped->sip->sip_call_id->i_id);
	const struct timespec now = clock_wall();
	struct message message = {
		.kind = MESSAGE_SIP,
		.sent = tapped->sent,
		.protocol = tapped->transport == TRANSPORT_UDP ? IPPROTO_UDP : IPPROTO_TCP,
		.here = end_of(&tapped->here),
		.there = end_of(&tapped->there),
		.wall_us = (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US,
		.octets = (const uint8_t *)copy,
	};
	char text[TIMELINE_TEXT_MAX];

	if (!may_begin(tapped->sip) && !timeline_knows(timelines, key))
		return;
	message.len = gather(tapped, copy, &message.whole);
	secrets_hide(copy, message.len);
	describe(tapped, text, sizeof(text));
	timeline_message(timelines, key, &message, text);
}

void messages_watch(struct call_hub *hub)
{
	tap_watch(on_message, hub);
}

void messages_unwatch(void)
{
	tap_watch(NULL, NULL);
}
