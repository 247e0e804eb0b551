/* Overlap signalling of calls that go out: the INVITEs before the newest one. */
#include "sip/session/overlap.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "sip/session/session_states.h"

enum { FINAL = 200, REDIRECT = 300 };

bool overlap_begin(struct session *s)
{
	s->overlap = talloc_zero(s, struct overlap);
	return s->overlap;
}

bool overlap_is_open(const struct session *s)
{
	return s->overlap && s->overlap->state != OVERLAP_WHOLE;
}

bool overlap_is_answered(const struct session *s)
{
	return s->overlap && (!s->invite_out || nta_outgoing_status(s->invite_out) >= FINAL);
}

enum overlap_next overlap_dial(struct session *s, const struct leg_msg *msg)
{
	char *called = s->setup.called.digits;
	size_t len = strlen(called), more = strlen(msg->digits);
	bool was_short = s->overlap->state == OVERLAP_SHORT;

	if (len + more > LEG_DIGITS_MAX)
		return OVERLAP_FAIL;
	memcpy(called + len, msg->digits, more + 1);
	if (msg->complete)
		s->overlap->state = OVERLAP_WHOLE;
	else if (more)
		s->overlap->state = OVERLAP_OPEN;
	if (more)
		return OVERLAP_ASK;
	return msg->complete && (was_short || !len) ? OVERLAP_FAIL : OVERLAP_WAIT;
}

bool overlap_wants_more(struct session *s)
{
	if (!overlap_is_open(s))
		return false;
	s->overlap->state = OVERLAP_SHORT;
	return true;
}

/* nta acknowledges and clears what is answered after that. */
static void give_up(nta_outgoing_t *orq)
{
	if (orq && nta_outgoing_status(orq) < FINAL)
		nta_outgoing_tcancel(orq, NULL, NULL, SIPTAG_USER_AGENT_STR(AGENT_NAME), TAG_END());
	nta_outgoing_destroy(orq);
}

void overlap_set_aside(struct session *s)
{
	struct overlap *overlap = s->overlap;

	if (nta_outgoing_status(s->invite_out) < FINAL && overlap->n_older < LEG_DIGITS_MAX)
		overlap->older[overlap->n_older++] = s->invite_out;
	else
		give_up(s->invite_out);
	s->invite_out = NULL;
}

/* False: it is none of them. */
static bool take_out(struct overlap *overlap, const nta_outgoing_t *orq)
{
	for (size_t i = 0; i < overlap->n_older; i++) {
		if (overlap->older[i] != orq)
			continue;
		overlap->older[i] = overlap->older[--overlap->n_older];
		return true;
	}
	return false;
}

void overlap_hear_older(struct session *s, nta_outgoing_t *orq, const sip_t *sip)
{
	int status = nta_outgoing_status(orq);

	if (!s->overlap)
		return;
	trial_heard(&s->trial); /* the place is not silent */
	if (status < FINAL || !take_out(s->overlap, orq))
		return;
	if (status >= REDIRECT || !sip) {
		nta_outgoing_destroy(orq);
		return;
	}
	give_up(s->invite_out);
	s->invite_out = orq;
	overlap_end(s);
	osmo_fsm_inst_dispatch(s->fi, EV_SUCCESS, (void *)sip);
}

void overlap_end(struct session *s)
{
	struct overlap *overlap = s->overlap;

	if (!overlap)
		return;
	overlap->state = OVERLAP_WHOLE;
	while (overlap->n_older)
		give_up(overlap->older[--overlap->n_older]);
	agent_touch(s->ground->agent);
}
