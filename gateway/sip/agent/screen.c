/* Sofia has two places where a message can be stopped before Sofia itself answers it: where the class of messages
 * parses the first line, and where it turns from the head to the body. Ours are Sofia's own with a question before
 * them. A message without a request line is garbage to Sofia, and dropped without an answer. */
#include "sip/agent/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip_hclasses.h>
#include <sofia-sip/sip_util.h>

#include "sip/agent/connections.h"
#include "sip/text/start_line.h"

/* Sofia's parser has no room for an argument: one agent a program, and so one screen. */
static const struct screen *watching;
static struct screen_totals totals;
static const tport_t *judged; /* what the request came by that is judged now */
static issize_t (*extract_body_of_sofia)(msg_t *, msg_pub_t *, char *, isize_t, int);

static void source_of(msg_t *msg, struct sockaddr_storage *out)
{
	const su_sockaddr_t *from = msg_addr(msg);

	*out = (struct sockaddr_storage){ 0 };
	if (from)
		memcpy(out, from, OSMO_MIN(sizeof(*from), sizeof(*out)));
}

static issize_t parse_request(su_home_t *home, msg_header_t *header, char *line, isize_t len)
{
	struct sockaddr_storage from;

	source_of((msg_t *)home, &from);
	/* Without a source it is text of our own that is parsed. */
	if (watching && from.ss_family && !watching->welcome(watching->data, &from, line)) {
		totals.dropped++;
		return -1;
	}
	return start_line_parse(home, header, line, len);
}

static bool is_malformed(sip_t *sip)
{
	if (sip->sip_error)
		totals.bad_header++;
	else if (sip_sanity_check(sip) < 0)
		totals.bad_form++;
	else
		return false;
	return true;
}

static issize_t extract_body(msg_t *msg, msg_pub_t *head, char *text, isize_t len, int eos)
{
	sip_t *sip = (sip_t *)head;
	const bool begins = !(sip->sip_flags & MSG_FLG_BODY);
	issize_t rc = extract_body_of_sofia(msg, head, text, len, eos);
	struct sockaddr_storage from;

	if (!begins || !sip->sip_request || !(sip->sip_flags & MSG_FLG_BODY) || !watching)
		return rc;
	source_of(msg, &from);
	if (from.ss_family && is_malformed(sip) && !watching->malformed(watching->data, &from)) {
		totals.dropped++;
		sip->sip_request = NULL;
	}
	return rc;
}

void screen_watch(msg_mclass_t *mclass, const struct screen *screen)
{
	static struct msg_hclass_s request_class[1];

	memcpy(request_class, sip_request_class, sizeof(request_class));
	request_class->hc_parse = parse_request;
	mclass->mc_request->hr_class = request_class;
	extract_body_of_sofia = mclass->mc_extract_body;
	mclass->mc_extract_body = extract_body;
	watching = screen;
	totals = (struct screen_totals){ 0 };
}

const tport_t *screen_tport(void)
{
	return judged;
}

const struct screen_totals *screen_totals(void)
{
	return &totals;
}

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3; /* FNV-1a */
	return hash;
}

/* RFC 3261 8.2.7: the same request, sent again, gets the same tag. */
static sip_to_t *tagged(su_home_t *home, const sip_t *sip)
{
	const uint64_t hash = mix(mix(0xcbf29ce484222325, sip->sip_call_id->i_id),
				  sip->sip_via ? sip->sip_via->v_branch : NULL);
	sip_to_t *to = sip_to_dup(home, sip->sip_to);
	char tag[24];

	snprintf(tag, sizeof(tag), "%016" PRIx64, hash);
	if (to && !to->a_tag && sip_to_tag(home, to, tag))
		return NULL;
	return to;
}

static void refuse(nta_agent_t *nta, msg_t *msg, const sip_t *sip, const struct screen_refusal *how)
{
	sip_to_t *to = tagged(msg_home(msg), sip);
	char retry_after[12];

	totals.refused++;
	snprintf(retry_after, sizeof(retry_after), "%u", how->retry_after_s);
	nta_msg_treply(nta, msg, how->status, how->phrase, TAG_IF(to, SIPTAG_TO(to)),
		       TAG_IF(how->retry_after_s, SIPTAG_RETRY_AFTER_STR(retry_after)),
		       TAG_IF(how->reason, SIPTAG_REASON_STR(how->reason)),
		       SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
}

/* As Sofia's own legs do it: the value returned is the response, unless one was sent. */
static void let_through(const struct screen *screen, nta_agent_t *nta, msg_t *msg, sip_t *sip)
{
	nta_incoming_t *irq = nta_incoming_create(nta, NULL, msg, sip, TAG_END());

	if (!irq)
		return;
	connections_spoke(irq);
	int status = screen->accept(screen->data, NULL, irq, sip);
	if (status < 200)
		return;
	if (nta_incoming_status(irq) < 200)
		nta_incoming_treply(irq, status, NULL, SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	nta_incoming_destroy(irq);
}

int screen_on_message(void *data, nta_agent_t *nta, msg_t *msg, sip_t *sip)
{
	const struct screen *screen = data;
	struct screen_refusal how;
	struct sockaddr_storage from;

	if (!sip->sip_request || sip->sip_request->rq_method == sip_method_ack) {
		totals.stray++;
		msg_destroy(msg);
		return 0;
	}
	source_of(msg, &from);
	judged = tport_delivered_by(nta_agent_tports(nta), msg);
	how = screen->judge(screen->data, &from, sip);
	judged = NULL;
	if (how.status == SCREEN_SILENCE) {
		totals.silent++;
		msg_destroy(msg);
	} else if (how.status) {
		refuse(nta, msg, sip, &how);
	} else {
		let_through(screen, nta, msg, sip);
	}
	return 0;
}
