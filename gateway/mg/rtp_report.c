/* RTCP of an RTP termination. */
#include "mg/rtp_report.h"

#include <sys/random.h>

#include "base/law.h"
#include "mg/inbox.h"
#include "mg/media.h"
#include "mg/ports.h"
#include "mg/rtp_in.h"
#include "mg/rtp_out.h"
#include "rtp/rtcp.h"

enum { INTERVAL_US = 5000000, RTCP_MAX = 512 }; /* RFC 3550 6.2 */

void rtp_report_init(struct rtp_report *report, int fd, int rtp_fd)
{
	*report = (struct rtp_report){ .fd = fd, .rtp_fd = rtp_fd };
	(void)!getrandom(&report->random, sizeof(report->random), 0);
}

void rtp_report_tune(struct rtp_report *report, const struct mg_rtp *to)
{
	report->mux = to->rtcp_mux;
	report->to = to->remote_rtcp;
	if (report->to.ss_family && !report->mux)
		return;
	report->to = to->remote;
	if (report->mux && report->to.ss_family && address_port(&report->to))
		return;
	if (report->to.ss_family && address_port(&report->to))
		address_set_port(&report->to, address_port(&report->to) + 1);
	else
		report->to.ss_family = AF_UNSPEC;
}

/* RFC 3550 6.3.1: 0.5 to 1.5 times the interval. */
static uint64_t interval_us(struct rtp_report *report)
{
	report->random = report->random * 1664525 + 1013904223;
	return INTERVAL_US / 2 + (uint64_t)INTERVAL_US * (report->random >> 16) / 65536;
}

static uint32_t ntp_middle(uint64_t ntp)
{
	return ntp >> 16;
}

void rtp_report_take(struct rtp_report *report, struct media *media, struct rtp_in *in,
		     uint32_t our_ssrc, const struct datagram *datagram)
{
	struct rtcp_news news;

	if (!origin_may_be(datagram->from, &report->to) ||
	    rtcp_parse(datagram->octets, datagram->len, our_ssrc, &news) < 0)
		return;
	if (news.sr && in->source.valid && news.ssrc == in->source.ssrc) {
		in->source.lsr = ntp_middle(news.sr_ntp);
		in->source.lsr_arrival_us = datagram->arrival_us;
	}
	if (news.report) {
		uint64_t ntp = media_ntp(media, datagram->arrival_us);
		uint32_t trip = rtcp_round_trip_us(&news, ntp_middle(ntp));
		report->round_trip_us = trip ? trip : report->round_trip_us;
	}
}

void rtp_report_read(struct rtp_report *report, struct media *media, struct rtp_in *in,
		     const struct rtp_out *out)
{
	unsigned n = inbox_read(&media->inbox, report->fd);

	for (unsigned i = 0; i < n; i++) {
		struct datagram datagram = inbox_get(&media->inbox, i);
		rtp_report_take(report, media, in, out->ssrc, &datagram);
	}
}

static void say(struct rtp_report *report, const struct media *media, struct rtp_in *in,
		const struct rtp_out *out, bool bye)
{
	const uint64_t now_us = media->inbox.now_us;
	const struct rtcp_sender sender = {
		.ssrc = out->ssrc,
		.packets = out->packets,
		.octets = out->octets,
		.rtp_timestamp = out->timestamp + out->fill,
		.ntp = media_ntp(media, now_us),
		.cname = media->cname,
	};
	struct rtcp_source *source = in->source.valid ? &in->source : NULL;
	uint8_t octets[RTCP_MAX];
	int len;

	if (report->to.ss_family == AF_UNSPEC)
		return;
	len = rtcp_write(&sender, source, now_us, bye, octets, sizeof(octets));
	if (len > 0)
		sendto(report->mux ? report->rtp_fd : report->fd, octets, len,
		       MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&report->to,
		       address_len(&report->to));
	report->spoke = true;
}

void rtp_report_tick(struct rtp_report *report, const struct media *media, struct rtp_in *in,
		     const struct rtp_out *out)
{
	const uint64_t now_us = media->inbox.now_us;

	if (!report->next_us) { /* RFC 3550 6.3.2: the first one after half the time */
		report->next_us = now_us + interval_us(report) / 2;
	} else if (now_us >= report->next_us) {
		say(report, media, in, out, false);
		report->next_us = now_us + interval_us(report);
	}
}

void rtp_report_bye(struct rtp_report *report, const struct media *media, struct rtp_in *in,
		    const struct rtp_out *out)
{
	/* RFC 3550 6.3.7: who never spoke says no farewell. */
	if (report->spoke || out->packets)
		say(report, media, in, out, true);
}
