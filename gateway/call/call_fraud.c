/* Calls under the guard against fraud. */
#include <stdio.h>

#include "call/call_fraud.h"
#include "call/hub.h"

bool call_fraud_admits_setup(struct call *call, const struct leg_setup *setup)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	const char *rule = "";
	unsigned cause =
		fraud_admit(call->hub->fraud, &call->fraud, from->kind, from->via, setup, &rule);

	if (!cause)
		return true;
	snprintf(call->why, sizeof(call->why), "fraud rule %s: calls are refused", rule);
	call_clear_for(call, cause);
	return false;
}

bool call_fraud_admits(struct call *call)
{
	return call_fraud_admits_setup(call, &call->setup);
}

void call_fraud_cut(void *data)
{
	struct call_hub *hub = data;
	struct rb_node *node = rb_first(&hub->calls), *next;

	for (; node; node = next) {
		struct call *call = rb_entry(node, struct call, node);
		const struct call_event event = {
			.kind = CALL_EV_CLEAR,
			.slot = SLOT_GATEWAY,
			.cause = CAUSE_REJECTED,
			.location = LOC_PRIVATE_LOCAL,
		};

		next = rb_next(node);
		if (fraud_cuts(hub->fraud, &call->fraud))
			call_post(call, &event); /* ends no other call */
	}
}

int call_hub_fraud(struct call_hub *hub, const struct fraud_config *config)
{
	return fraud_apply(hub->fraud, config);
}

void call_fraud_each(const struct call_hub *hub,
		     bool (*fn)(void *data, const struct fraud_status *), void *data)
{
	fraud_each(hub->fraud, fn, data);
}

bool call_fraud_unblock(struct call_hub *hub, const char *rule)
{
	return fraud_unblock(hub->fraud, rule);
}
