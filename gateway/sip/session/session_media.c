/* A session's RTP termination, and the session descriptions that speak of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/text/body.h"
#include "sip/text/netaddr.h"
#include "sip/session/session.h"

enum { US_PER_MS = 1000, DYNAMIC_PT = 96 /* RFC 3551 6 */ };

int session_read_sdp(const sip_t *sip, struct offer *out, unsigned *warning)
{
	const char *text;
	size_t len;
	int status = body_find_sdp(sip, &text, &len);

	*out = (struct offer){ 0 };
	if (status || !len)
		return status;
	int rc = offer_parse(text, len, out, warning);
	return !rc ? 0 : rc == -ENOTSUP ? 488 : 400;
}

bool session_can_reach(const struct session *s, const struct offer *theirs)
{
	return !theirs->rtp.ss_family || theirs->rtp.ss_family == s->origin.rtp.ss_family;
}

void session_refuse_sdp(nta_incoming_t *irq, int status, unsigned warning)
{
	char text[96];

	snprintf(text, sizeof(text), "%u %s \"%s\"", warning, AGENT_NAME,
		 offer_warning_text(warning));
	nta_incoming_treply(irq, status, status == 400 ? "Bad Session Description" : NULL,
			    TAG_IF(status == 415, SIPTAG_ACCEPT_STR(BODY_ACCEPT)),
			    TAG_IF(status == 415, SIPTAG_ACCEPT_ENCODING_STR(BODY_ACCEPT_ENCODING)),
			    TAG_IF(status == 488, SIPTAG_WARNING_STR(text)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
}

static void log_stats(struct session *s, const struct mg_stats *stats)
{
	LOGSES(s, LOGL_INFO,
	       "RTP sent %llu, received %llu, lost %llu, late %llu, bad %llu, jitter %u ms\n",
	       (unsigned long long)stats->tx_packets, (unsigned long long)stats->rx_packets,
	       (unsigned long long)stats->rx_lost, (unsigned long long)stats->rx_late,
	       (unsigned long long)stats->rx_bad, stats->rx_jitter_us / US_PER_MS);
}

static void on_media(void *data, const struct mg_event *event)
{
	struct session *s = data;

	switch (event->kind) {
	case MG_EV_ADDED:
		s->media = MEDIA_UP;
		s->origin.rtp = event->local;
		osmo_fsm_inst_dispatch(s->fi, EV_MEDIA_UP, NULL);
		break;
	case MG_EV_FAILED:
		LOGSES(s, LOGL_ERROR, "RTP termination failed: %s\n", strerror(event->error));
		if (s->media == MEDIA_ADDING)
			s->media = MEDIA_GONE;
		osmo_fsm_inst_dispatch(s->fi, EV_MEDIA_FAILED, NULL);
		break;
	case MG_EV_SUBTRACTED:
		s->media = MEDIA_GONE;
		log_stats(s, &event->stats);
		osmo_fsm_inst_dispatch(s->fi, EV_MEDIA_GONE, NULL);
		break;
	default:
		return; /* digits pass through the context by themselves */
	}
	agent_touch(s->ground->agent);
}

bool session_media_add(struct session *s, uint32_t context, const struct mg_rtp *rtp)
{
	struct mg_term term = { .kind = MG_RTP, .rtp = *rtp };

	/* Nothing goes to port 0, but the media gateway sees which of our addresses leads there. */
	if (!rtp->remote.ss_family) {
		term.rtp.remote = s->peer->address;
		netaddr_set_port(&term.rtp.remote, 0);
	}
	int64_t rc = mg_add(s->ground->mg, context, &term, on_media, s);

	if (rc < 0) {
		LOGSES(s, LOGL_ERROR, "no RTP termination: %s\n",
		       rc == -EMFILE ? "all RTP ports are in use" : strerror((int)-rc));
		return false;
	}
	s->term = (uint32_t)rc;
	s->media = MEDIA_ADDING;
	s->rtp = term.rtp;
	return true;
}

const struct offer_policy *session_terms_of(const struct peer *peer, enum leg_bearer bearer)
{
	static const struct offer_policy clear_data = {
		.codecs = { CODEC_CLEARMODE }, .n_codecs = 1, .ptime_ms = 20, /* RFC 4040 5 */
	};

	return bearer == LEG_UNRESTRICTED ? &clear_data : &peer->config.media;
}

const struct offer_policy *session_terms(const struct session *s)
{
	return session_terms_of(s->peer, s->setup.bearer);
}

bool session_media_modify(struct session *s, const struct mg_rtp *rtp)
{
	struct mg_term term = { .kind = MG_RTP, .rtp = *rtp };

	/* Held by c=0.0.0.0 they hear nothing, but still speak from where they were. */
	if (!rtp->remote.ss_family)
		term.rtp.remote = s->rtp.remote;
	int rc = mg_modify(s->ground->mg, s->term, &term);

	if (rc < 0) {
		LOGSES(s, LOGL_ERROR, "RTP termination does not change: %s\n", strerror(-rc));
		return false;
	}
	s->rtp = term.rtp;
	return true;
}

void session_media_drop(struct session *s)
{
	if (s->media != MEDIA_ADDING && s->media != MEDIA_UP)
		return;
	s->media = MEDIA_GOING;
	if (mg_subtract(s->ground->mg, s->term) < 0) {
		mg_forget(s->ground->mg, s->term);
		s->media = MEDIA_GONE;
	}
}

void session_new_round(struct session *s)
{
	s->local_sdp[0] = '\0';
	s->origin.version++;
}

const char *session_our_offer(struct session *s)
{
	if (!s->local_sdp[0])
		offer_write(&s->origin, session_terms(s), s->law, s->local_sdp,
			    sizeof(s->local_sdp));
	return s->local_sdp;
}

/* RFC 3264 6.1: the answer calls telephone-event what their offer does, and so do our offers from then on. */
const char *session_our_answer(struct session *s)
{
	if (!s->local_sdp[0])
		offer_answer(&s->origin, &s->theirs, &s->rtp, s->local_sdp, sizeof(s->local_sdp));
	if (s->rtp.tevent_pt >= DYNAMIC_PT)
		s->origin.tevent_pt = s->rtp.tevent_pt;
	return s->local_sdp;
}
