/* How a call would go, without one: the same decisions as a call's own way, each told, and none of their effects. The
 * number is taken as whole. Control thread. */
#pragma once

#include "call/leg.h"
#include "call/route_config.h"

struct call_hub;
struct route_question;

struct route_test {
	unsigned cause;             /* Q.850, of the refusal; 0: it would be set up */
	char why[80];               /* with a cause, a few words; may be "" */
	char route[ROUTE_NAME_MAX]; /* "": none */
	struct route_target to;     /* with cause 0 */
	char channel
		[TARGET_CHANNEL_MAX]; /* with cause 0; "": there is none, or it is not known before */
	struct leg_setup setup;       /* with a route: what the target would be told */
};

void call_route_test(struct call_hub *hub, const struct route_question *question,
		     struct route_test *out);
