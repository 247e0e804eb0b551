/* Overlap signalling of calls that come in: which INVITE goes on with which session. */
#include "sip/session/receiving.h"

#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>

#include "sip/text/number.h"

void receiving_read(const sip_t *sip, char said[static LEG_DIGITS_MAX + 1])
{
	struct leg_number called = { 0 };

	number_from_url(sip->sip_request->rq_url, &called);
	memcpy(said, called.digits, LEG_DIGITS_MAX + 1);
}

static void on_pause(void *data)
{
	struct session *s = data;
	const struct leg_msg whole = { .verb = LEG_INFORMATION, .complete = true };

	receiving_end(s);
	session_say_all(s, &whole);
}

static void await_more(struct session *s)
{
	osmo_timer_schedule(&s->receiving->pause, (int)s->peer->config.session.receiving_s, 0);
}

bool receiving_begin(struct session *s, const sip_t *sip, struct leg_setup *setup)
{
	s->receiving = talloc_zero(s, struct receiving);
	if (!s->receiving)
		return false;
	osmo_timer_setup(&s->receiving->pause, on_pause, s);
	s->receiving->open = true;
	setup->incomplete = true;
	receiving_note(s, sip, &setup->called);
	return true;
}

static bool begins_with(const char *text, const char *begin)
{
	return !strncmp(text, begin, strlen(begin));
}

static bool follows(const struct session *s, const sip_t *sip)
{
	const char *tag = sip->sip_from->a_tag, *theirs = nta_leg_get_rtag(s->dialog);
	char said[LEG_DIGITS_MAX + 1];

	receiving_read(sip, said);
	return tag && theirs && !strcasecmp(tag, theirs) &&
	       sip->sip_cseq->cs_seq > s->receiving->cseq &&
	       begins_with(said, s->receiving->said) && strcmp(said, s->receiving->said) != 0;
}

struct session *receiving_find(const struct sip *ground, const struct peer *peer, const sip_t *sip)
{
	nta_leg_t *dialog;
	struct session *s;

	if (peer && !peer->config.session.receiving_s)
		return NULL;
	dialog = nta_leg_by_call_id(agent_nta(ground->agent), sip->sip_call_id->i_id);
	s = dialog ? nta_leg_magic(dialog, session_on_request) : NULL;
	if (!s || !s->receiving || s->fi->state >= ST_UNACKED ||
	    (peer && !peer_is_same(s->peer, peer)))
		return NULL;
	return follows(s, sip) ? s : NULL;
}

const char *receiving_rest(const struct session *s, const struct leg_number *called)
{
	const struct leg_number *known = &s->receiving->called;

	if (called->type != known->type || !begins_with(called->digits, known->digits))
		return NULL;
	return called->digits + strlen(known->digits);
}

void receiving_note(struct session *s, const sip_t *sip, const struct leg_number *called)
{
	receiving_read(sip, s->receiving->said);
	s->receiving->called = *called;
	s->receiving->cseq = sip->sip_cseq->cs_seq;
	await_more(s);
}

void receiving_end(struct session *s)
{
	if (!s->receiving)
		return;
	s->receiving->open = false;
	osmo_timer_del(&s->receiving->pause);
}
