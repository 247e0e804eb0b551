/* Session timers. */
#include "sip/session/refresh.h"

#include <stdio.h>
#include <strings.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"

enum { MARGIN_S = 32 /* RFC 4028 10 */, US_PER_S = 1000000 };

static unsigned minimum(const struct peer *peer)
{
	return OSMO_MAX(peer->config.session.timer_min_s, (unsigned)SESSION_TIMER_MIN);
}

static unsigned bounded(unsigned long delta)
{
	return delta > SESSION_TIMER_MAX ? SESSION_TIMER_MAX : (unsigned)delta;
}

static bool speaks_timer(const sip_t *sip)
{
	return sip_has_feature(sip->sip_supported, "timer") ||
	       sip_has_feature(sip->sip_require, "timer");
}

bool refresh_is_too_short(const struct peer *peer, const sip_t *sip)
{
	return peer->config.session.timer_s && sip->sip_session_expires && speaks_timer(sip) &&
	       sip->sip_session_expires->x_delta < minimum(peer);
}

int refresh_refuse(const struct peer *peer, nta_incoming_t *irq)
{
	char text[32];

	snprintf(text, sizeof(text), "Min-SE: %u\r\n", minimum(peer));
	nta_incoming_treply(irq, SIP_422_SESSION_TIMER_TOO_SMALL, SIPTAG_HEADER_STR(text),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return 422;
}

/* The timer */

static void on_timer(void *data)
{
	struct session *s = data;
	uint64_t now_us = clock_now_us();

	if (now_us >= s->refresh.until_us) {
		osmo_fsm_inst_dispatch(s->fi, EV_EXPIRED, NULL);
		return;
	}
	osmo_timer_schedule(&s->refresh.timer,
			    (int)((s->refresh.until_us - now_us + US_PER_S - 1) / US_PER_S), 0);
	session_modify(s, CHANGE_REFRESH);
}

/* RFC 4028 10: who refreshes does it at half time; who does not waits nearly to the end. */
static void start(struct session *s)
{
	struct refresh *refresh = &s->refresh;
	unsigned margin_s = OSMO_MIN((unsigned)MARGIN_S, refresh->expires_s / 3);
	unsigned end_s = refresh->expires_s - margin_s;

	osmo_timer_del(&refresh->timer);
	if (!refresh->expires_s)
		return;
	refresh->until_us = clock_now_us() + (uint64_t)end_s * US_PER_S;
	osmo_timer_setup(&refresh->timer, on_timer, s);
	osmo_timer_schedule(&refresh->timer, (int)(refresh->ours ? refresh->expires_s / 2 : end_s),
			    0);
}

void refresh_stop(struct session *s)
{
	osmo_timer_del(&s->refresh.timer);
}

/* Server side */

/* RFC 4028 9, table 2 */
static bool we_refresh(const sip_t *sip)
{
	const sip_session_expires_t *theirs = sip->sip_session_expires;

	if (!speaks_timer(sip))
		return true;
	return theirs && theirs->x_refresher && !strcasecmp(theirs->x_refresher, "uas");
}

/* s; 0: the session is to last. */
static unsigned agree(const struct session *s, const sip_t *sip)
{
	unsigned ours = s->peer->config.session.timer_s;
	unsigned least = sip->sip_min_se ? bounded(sip->sip_min_se->min_delta) : 0;

	if (!ours || (!sip->sip_session_expires && !speaks_timer(sip)))
		return 0;
	ours = OSMO_MAX(ours, least);
	if (!sip->sip_session_expires)
		return ours;
	return OSMO_MIN(ours, OSMO_MAX(bounded(sip->sip_session_expires->x_delta),
				       (unsigned)SESSION_TIMER_MIN));
}

void refresh_answer(struct session *s, const sip_t *sip, char out[static REFRESH_HEADERS_MAX])
{
	*out = '\0';
	s->refresh.expires_s = agree(s, sip);
	s->refresh.ours = we_refresh(sip);
	start(s);
	if (s->refresh.expires_s)
		snprintf(out, REFRESH_HEADERS_MAX, "Session-Expires: %u;refresher=%s\r\n%s",
			 s->refresh.expires_s, s->refresh.ours ? "uas" : "uac",
			 s->refresh.ours ? "" : "Require: timer\r\n");
}

/* Client side */

static unsigned least_s(const struct session *s)
{
	return OSMO_MAX(minimum(s->peer), s->refresh.min_s);
}

static unsigned asked_s(const struct session *s)
{
	unsigned wanted =
		s->refresh.expires_s ? s->refresh.expires_s : s->peer->config.session.timer_s;

	return OSMO_MAX(wanted, least_s(s));
}

void refresh_ask(const struct session *s, char out[static REFRESH_HEADERS_MAX])
{
	int n = 0;

	*out = '\0';
	if (!s->peer->config.session.timer_s)
		return;
	n = snprintf(out, REFRESH_HEADERS_MAX, "Session-Expires: %u%s\r\n", asked_s(s),
		     !s->refresh.expires_s ? ""
		     : s->refresh.ours     ? ";refresher=uac"
					   : ";refresher=uas");
	if (least_s(s) > SESSION_TIMER_MIN)
		snprintf(out + n, REFRESH_HEADERS_MAX - (size_t)n, "Min-SE: %u\r\n", least_s(s));
}

void refresh_agreed(struct session *s, const sip_t *sip)
{
	const sip_session_expires_t *theirs = sip->sip_session_expires;

	s->refresh.expires_s = 0;
	if (theirs && s->peer->config.session.timer_s) {
		s->refresh.expires_s =
			OSMO_MAX(bounded(theirs->x_delta), (unsigned)SESSION_TIMER_MIN);
		s->refresh.ours =
			!theirs->x_refresher || strcasecmp(theirs->x_refresher, "uas") != 0;
	}
	start(s);
}

bool refresh_learn_minimum(struct session *s, const sip_t *sip)
{
	unsigned long least = sip->sip_min_se ? sip->sip_min_se->min_delta : 0;

	if (!s->peer->config.session.timer_s || least > SESSION_TIMER_MAX || least <= asked_s(s))
		return false;
	s->refresh.min_s = (unsigned)least;
	return true;
}
