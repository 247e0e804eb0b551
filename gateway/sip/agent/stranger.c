/* A flood of requests from strangers must not become a flood of log lines. */
#include "sip/agent/stranger.h"

#include "base/clock.h"
#include "base/log.h"
#include "sip/text/netaddr.h"

enum { SAID_EVERY_US = 1000000 };

void stranger_refused(struct strangers *strangers, const struct sockaddr_storage *from,
		      const char *why)
{
	uint64_t now_us = clock_now_us();
	char address[NETADDR_TEXT_MAX];

	strangers->refused++;
	if (strangers->said_us && now_us - strangers->said_us < SAID_EVERY_US) {
		strangers->unsaid++;
		return;
	}
	netaddr_text(from, address, sizeof(address));
	LOGP(DSIP, LOGL_NOTICE, "request refused: %s %s; %llu more were refused since last told\n",
	     address, why, (unsigned long long)strangers->unsaid);
	strangers->said_us = now_us;
	strangers->unsaid = 0;
}
