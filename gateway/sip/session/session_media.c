/* A session's RTP termination. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/text/netaddr.h"
#include "sip/session/info.h"
#include "sip/session/session.h"

enum { US_PER_MS = 1000 };

/* "RTP pcma to 192.0.2.1:4000 from 192.0.2.2:20000"; nothing before both are known. */
static void note_way(struct session *s)
{
	const struct sockaddr_storage *here = &s->ours.origin.rtp, *there = &s->rtp.remote;
	char from[NETADDR_TEXT_MAX], to[NETADDR_TEXT_MAX];

	if (!here->ss_family || !there->ss_family || !netaddr_port(there))
		return;
	netaddr_text(here, from, sizeof(from));
	netaddr_text(there, to, sizeof(to));
	call_notes_media(&s->leg, "RTP %s to %s from %s%s%s", codec_get(s->rtp.codec)->name, to,
			 from, s->rtp.send ? "" : ", not sent",
			 s->rtp.receive ? "" : ", not heard");
}

static void log_stats(struct session *s, const struct mg_stats *stats)
{
	LOGSES(s, LOGL_INFO,
	       "RTP sent %llu, received %llu, lost %llu, late %llu, bad %llu, jitter %u ms\n",
	       (unsigned long long)stats->tx_packets, (unsigned long long)stats->rx_packets,
	       (unsigned long long)stats->rx_lost, (unsigned long long)stats->rx_late,
	       (unsigned long long)stats->rx_bad, stats->rx_jitter_us / US_PER_MS);
	call_notes_media(&s->leg, "RTP sent %llu, received %llu, lost %llu, late %llu, bad %llu",
			 (unsigned long long)stats->tx_packets,
			 (unsigned long long)stats->rx_packets, (unsigned long long)stats->rx_lost,
			 (unsigned long long)stats->rx_late, (unsigned long long)stats->rx_bad);
}

static void on_media(void *data, const struct mg_event *event)
{
	struct session *s = data;

	switch (event->kind) {
	case MG_EV_ADDED:
		s->media = MEDIA_UP;
		s->ours.origin.rtp = event->local;
		note_way(s);
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
		s->stats = event->stats;
		log_stats(s, &event->stats);
		osmo_fsm_inst_dispatch(s->fi, EV_MEDIA_GONE, NULL);
		break;
	case MG_EV_DIGIT_OUT:
		info_say(s, (char[]){ event->digit, '\0' });
		break;
	case MG_EV_SIGNAL_DONE:
		info_played(s);
		break;
	default:
		return; /* digits pass through the context by themselves */
	}
	agent_touch(s->ground->agent);
}

/* Digits go by INFO, unless it is data that only looks like them. */
static bool tells_digits(const struct session *s, const struct mg_rtp *rtp)
{
	return s->peer->config.transfer.dtmf == DTMF_INFO && !rtp->tevent_pt &&
	       rtp->codec != CODEC_CLEARMODE;
}

bool session_media_add(struct session *s, uint32_t context, const struct mg_rtp *rtp)
{
	struct mg_term term = { .kind = MG_RTP, .rtp = *rtp };

	term.rtp.tells_digits = tells_digits(s, rtp);
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

bool session_media_modify(struct session *s, const struct mg_rtp *rtp)
{
	struct mg_term term = { .kind = MG_RTP, .rtp = *rtp };

	term.rtp.tells_digits = tells_digits(s, rtp);
	/* Held by c=0.0.0.0 they hear nothing, but still speak from where they were. */
	if (!rtp->remote.ss_family)
		term.rtp.remote = s->rtp.remote;
	int rc = mg_modify(s->ground->mg, s->term, &term);

	if (rc < 0) {
		LOGSES(s, LOGL_ERROR, "RTP termination does not change: %s\n", strerror(-rc));
		return false;
	}
	s->rtp = term.rtp;
	note_way(s);
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
