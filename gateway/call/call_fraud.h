/* The hub's guard against toll fraud (fraud.h), for the layers above. Control thread. */
#pragma once

#include "call/fraud.h"

struct call_hub;

/* As fraud.h has them. */
int call_hub_fraud(struct call_hub *hub, const struct fraud_config *config);
void call_fraud_each(const struct call_hub *hub,
		     bool (*fn)(void *data, const struct fraud_status *), void *data);
bool call_fraud_unblock(struct call_hub *hub, const char *rule);
