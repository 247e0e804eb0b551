/* A rig with a second line behind the gateway, that numbers beginning with 7 lead to, and calls of the peer's that are
 * told apart. */
#pragma once

#include "tests/unit/sip/rig_dialog.h"

struct dialog {
	const char *id, *number;
	char tag[64]; /* ours */
	unsigned cseq;
	const char *contact, *parameters; /* of its Contact's URI: the user, NULL: al; more */
};

static struct mock_leg second;
static struct mock_target to_second;
static struct dialog one, two;

static inline void open_two(void)
{
	static struct route_config routes[] = {
		{ .name = "in",
		  .from_any = true,
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "second",
		  .from_any = true,
		  .called = "7",
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "second" } } },
		{ .name = "out",
		  .from = { TARGET_TRUNK, "line" },
		  .called = "2",
		  .n_targets = 1,
		  .targets = { { TARGET_PEER, "phone" } } },
	};
	const struct routes_config config = { .routes = routes, .n_routes = 3 };

	open_with(PLAIN);
	rig.peer.transfer.redirect_hops = REDIRECT_HOPS_DEFAULT;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
	memset(&second, 0, sizeof(second));
	mock_target_open(&to_second, rig.hub, TARGET_TRUNK, "second", &second);
	one = (struct dialog){ .id = "one", .number = "600" };
	two = (struct dialog){ .id = "two", .number = "700" };
}

static inline void configure(void (*change)(struct peer_config *peer))
{
	change(&rig.peer);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static inline void ask_at(struct dialog *d, const char *method, unsigned cseq, const char *more,
			  const char *body)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "%s sip:%s@127.0.0.1 SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%s%u\n"
		 "From: <sip:100@127.0.0.1>;tag=al%s\nTo: <sip:%s@127.0.0.1>%s%s\n"
		 "Call-ID: %s\nCSeq: %u %s\nMax-Forwards: 70\n"
		 "Contact: <sip:%s@127.0.0.1:%u%s>\n%sContent-Length: %zu\n\n",
		 method, d->number, rig.peer.port, d->id, method, cseq, d->id, d->number,
		 *d->tag ? ";tag=" : "", d->tag, d->id, cseq, method,
		 d->contact ? d->contact : "al", rig.peer.port, d->parameters ? d->parameters : "",
		 more, strlen(body));
	peer_says_raw(&rig, rig.fd, head, body);
}

static inline void ask(struct dialog *d, const char *method, const char *more, const char *body)
{
	ask_at(d, method, ++d->cseq, more, body);
}

static inline void invite(struct dialog *d, const char *more)
{
	char headers[512];

	snprintf(headers, sizeof(headers), "Content-Type: application/sdp\n%s", more);
	ask(d, "INVITE", headers, SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
}

static inline void answered(struct dialog *d)
{
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(d->tag, sizeof(d->tag), "%s", heard_tag(&rig, "To"));
	ask_at(d, "ACK", d->cseq, "", "");
}

/* The peer talks to the line, or to the second one. */
static inline void talk(struct dialog *d)
{
	invite(d, "");
	mock_leg_say(*d->number == '7' ? &second : &rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	answered(d);
}

static inline void second_says(uint8_t verb, uint8_t cause)
{
	mock_leg_say(&second, verb, cause, false);
	rig_settle(&rig);
}

/* A request that the peer hears, and accepts. */
static inline void peer_takes(const char *method)
{
	peer_hears(&rig, method);
	respond_to_heard("200 OK", "", "", "");
}

static inline void end_two(void)
{
	if (second.leg)
		second_says(LEG_RELEASE, CAUSE_NORMAL);
	rig_assert_idle(&rig);
	mock_leg_close(&second);
	rig_close(&rig);
}
