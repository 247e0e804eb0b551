/* Digits one after the other: whoever sends them by INFO may not number them, so each waits for the one before. */
#include "sip/session/info.h"
#include "sip/session/login.h"
#include "sip/session/way.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>

#include "sip/text/dtmf_relay.h"

enum { OK = 200, BAD_REQUEST = 400, UNSUPPORTED_TYPE = 415, BAD_PACKAGE = 469 };

#define ACCEPTED DTMF_RELAY_TYPE ", " DTMF_TYPE

/* From the peer */

/* A digit, 0 for what is none, -1 for what we do not know, -EBADMSG. */
enum { NO_DIGIT = 0, UNKNOWN_TYPE = -1 };
static int read_digit(const sip_t *sip)
{
	const sip_payload_t *body = sip->sip_payload;
	const char *type = sip->sip_content_type ? sip->sip_content_type->c_type : "";

	if (!body || !body->pl_len)
		return NO_DIGIT;
	if (!strcasecmp(type, DTMF_RELAY_TYPE))
		return dtmf_relay_read(body->pl_data, body->pl_len);
	if (!strcasecmp(type, DTMF_TYPE))
		return dtmf_read(body->pl_data, body->pl_len);
	return UNKNOWN_TYPE;
}

/* RFC 6086 4.2.2: we are willing to receive none. */
static bool has_package(const sip_t *sip)
{
	for (const sip_unknown_t *h = sip->sip_unknown; h; h = h->un_next) {
		if (!strcasecmp(h->un_name, "Info-Package"))
			return true;
	}
	return false;
}

static int refuse(nta_incoming_t *irq, int status)
{
	nta_incoming_treply(irq, status, status == BAD_PACKAGE ? "Bad Info Package" : NULL,
			    TAG_IF(status == BAD_PACKAGE, SIPTAG_HEADER_STR("Recv-Info: ")),
			    TAG_IF(status == UNSUPPORTED_TYPE, SIPTAG_ACCEPT_STR(ACCEPTED)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return status;
}

/* Where telephone-event was agreed on it says the digits, and who sends both means one. */
static void press(struct session *s, char digit)
{
	if (s->media == MEDIA_UP && !s->rtp.tevent_pt)
		mg_press(s->ground->mg, s->term, digit);
}

int info_take(struct session *s, nta_incoming_t *irq, const sip_t *sip)
{
	if (s->fi->state >= ST_UNACKED)
		return 481;
	if (has_package(sip))
		return refuse(irq, BAD_PACKAGE);
	int digit = read_digit(sip);
	if (digit == UNKNOWN_TYPE)
		return refuse(irq, UNSUPPORTED_TYPE);
	if (digit < 0)
		return BAD_REQUEST;
	if (digit)
		press(s, (char)digit);
	return OK;
}

/* To the peer */

static void send_next(struct session *s);

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct session *s = data;

	if (nta_outgoing_status(orq) < 200 || orq != s->info.request)
		return 0;
	s->info.request = login_retry(s, s->dialog, orq, sip, on_response, s);
	nta_outgoing_destroy(orq);
	send_next(s);
	return 0;
}

static void take_first(struct session *s)
{
	memmove(s->info.queue, s->info.queue + 1, strlen(s->info.queue));
}

static void send_next(struct session *s)
{
	char body[DTMF_RELAY_TEXT_MAX], *login;

	if (s->info.request || !*s->info.queue)
		return;
	dtmf_relay_write(*s->info.queue, body);
	take_first(s);
	login = login_ahead(s, "INFO");
	s->info.request = nta_outgoing_tcreate(
		s->dialog, on_response, s, NULL, SIP_METHOD_INFO, NULL,
		SIPTAG_CONTACT_STR(s->contact), SIPTAG_USER_AGENT_STR(AGENT_NAME),
		SIPTAG_CONTENT_TYPE_STR(DTMF_RELAY_TYPE), SIPTAG_PAYLOAD_STR(body),
		LOGIN_TAGS(login), WAY_TAGS(s), TAG_END());
	talloc_free(login);
	agent_touch(s->ground->agent);
}

/* As telephone-event, or as sound where that was not agreed on: all that wait, when those before have ended. */
static void play_next(struct session *s)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS };

	if (s->info.playing || !*s->info.queue)
		return;
	snprintf(digits.digits, sizeof(digits.digits), "%.*s", (int)sizeof(digits.digits) - 1,
		 s->info.queue);
	s->info.queue[0] = '\0';
	s->info.playing = mg_signal(s->ground->mg, s->term, &digits) == 0;
}

void info_say(struct session *s, const char *digits)
{
	size_t len = strlen(s->info.queue);

	if ((s->fi->state != ST_ACTIVE && s->fi->state != ST_MODIFYING) || s->media != MEDIA_UP)
		return;
	snprintf(s->info.queue + len, sizeof(s->info.queue) - len, "%s", digits);
	if (s->peer->config.transfer.dtmf == DTMF_INFO)
		send_next(s);
	else
		play_next(s);
}

void info_played(struct session *s)
{
	s->info.playing = false;
	play_next(s);
}

void info_stop(struct session *s)
{
	nta_outgoing_destroy(s->info.request);
	s->info.request = NULL;
	s->info.queue[0] = '\0';
}
